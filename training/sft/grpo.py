# pyright: basic, reportMissingImports=false
"""Go on with a model by GRPO on the rows of `turnsql train choice-rows`, `data prepare` or `train plans`.

turnsql train grpo --config configs/training/choice/choice_grpo_9b_80gb.toml --data runs/choice-rows --start runs/choice-sft --out runs/choice-grpo
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import torch
from datasets import Dataset, disable_progress_bars
from peft import LoraConfig, PeftModel
from rich.console import Console
from transformers import set_seed
from trl import GRPOConfig, GRPOTrainer

from eval.bench.peak_memory import peak_mb
from eval.provenance import commit, versions
from training.settings import TrainingError
from training.sft.checkpoints import disk_faults, last_checkpoint, save_whole
from training.sft.config import GrpoConfig
from training.sft.engine import check_room, check_targets, open_model, trainer_settings
from training.sft.reward import reward_function
from training.sft.rows import ChatRow, read_rows
from value_index.files.folders import taken


def train_grpo(
    config: GrpoConfig, data: Path, out: Path, *, base: str | None = None, start: Path | None = None,
    resume: bool = False,
) -> Path:  # fmt: skip
    """Train and return `out/adapter`, or `out/model` where all weights are trained.

    Args:
        data: folder with train/*.jsonl.
        out: new, or with `resume` the folder of an interrupted run.
        base: folder or hub name of the model to tune, over the configuration's.
        start: what `turnsql train sft` wrote, whose adapter is gone on with.

    Raises:
        TrainingError: `out` is taken, there is nothing to resume, or the rows or the base cannot be used.
        LeakError: a row is about a development database.
    """
    disable_progress_bars()
    begun = last_checkpoint(out / "checkpoints") if resume else None
    if resume and begun is None:
        raise TrainingError(f"nothing to resume in {out}: it holds no checkpoint")
    if not resume and (said := taken(out, resumable=True)):
        raise TrainingError(said)
    named = base or config.base
    if named is None:
        raise TrainingError("no model to tune: give --base")
    rows = read_rows(data, "train", config.stages, diagnostic=config.diagnostic)
    room = check_room(config, named)
    if config.threads:
        torch.set_num_threads(config.threads)
    set_seed(config.seed)
    tokenizer, model = open_model(config, named)
    check_targets(config, model)
    if start:
        model = PeftModel.from_pretrained(model, start / "adapter", is_trainable=True)
    fresh = config.lora if config.engine == "plain" and not start else None
    lora = fresh and LoraConfig(
        r=fresh.rank, lora_alpha=fresh.alpha, lora_dropout=fresh.dropout, target_modules=fresh.target_modules,
        task_type="CAUSAL_LM",
    )  # fmt: skip
    started, best = time.monotonic(), out / ("adapter" if config.lora or start else "model")
    out.mkdir(parents=True, exist_ok=True)
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=reward_function(config.reward),
        args=_settings(config, out / "checkpoints"),
        train_dataset=Dataset.from_list([_row(row) for row in rows]),
        processing_class=tokenizer,
        peft_config=lora,
    )
    with disk_faults(out):
        result = trainer.train(resume_from_checkpoint=str(begun) if begun else None)
        save_whole(trainer.model, best)
        tokenizer.save_pretrained(best)
    rewards = [each["reward"] for each in trainer.state.log_history if "reward" in each]
    manifest = {
        "config": config.model_dump(mode="json"), "base": named, "start": str(start) if start else None,
        "commit": commit(), "versions": {**versions(), "torch": torch.__version__}, "data": str(data),
        "rows": {"train": len(rows)}, "steps": trainer.state.global_step, "loss": result.training_loss,
        "rewards": [round(each, 4) for each in rewards], "seconds": round(time.monotonic() - started),
        "peak_memory_mb": round(peak_mb()), "estimate": room,
    }  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    if rewards:
        Console(stderr=True).print(f"mean reward {rewards[0]:.3f} at the first look, {rewards[-1]:.3f} at the last")
    return best


def _row(row: ChatRow) -> dict[str, object]:
    """Return what TRL hands to the model, and the columns that it hands on to the reward."""
    judged = {"stage": row.stage, "database": str(row.database), "database_id": row.database_id, "gold": row.gold}
    return {"prompt": row.prompt, **judged, "candidates": list(row.candidates)}


def _settings(config: GrpoConfig, checkpoints: Path) -> GRPOConfig:
    return GRPOConfig(
        **trainer_settings(config, checkpoints),
        num_generations=config.generations,
        temperature=config.temperature,
        max_completion_length=config.answer_tokens,
        beta=config.beta,
        use_vllm=config.vllm,
        vllm_mode="colocate",
        chat_template_kwargs=config.template or None,
        logging_steps=1,
    )
