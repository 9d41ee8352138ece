# pyright: basic, reportMissingImports=false
"""Fine-tune a model on chat rows. Flat, read top to bottom: rows, model, trainer, looks at held-out rows, manifest.

turnsql train sft --config configs/training/small.toml --data runs/plans --out runs/small
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import torch
from datasets import Dataset, disable_progress_bars
from peft import LoraConfig
from rich.console import Console
from transformers import PrinterCallback, set_seed
from trl import SFTConfig, SFTTrainer

from eval.bench.peak_memory import peak_mb
from eval.provenance import commit, versions
from training.data.lengths import estimate as count_tokens
from training.settings import TrainingError
from training.sft.checkpoints import disk_faults, last_checkpoint, save_whole
from training.sft.config import SftConfig
from training.sft.engine import check_room, check_targets, open_model, trainer_settings
from training.sft.estimate import measured_minutes, run_tokens
from training.sft.looks import Looks
from training.sft.rows import SPLITS, read_rows
from training.sft.score import HeldOutLoss, SqlScorer
from training.sft.small_model import new_model, new_tokenizer
from training.sft.tokens import encoded
from value_index.files.folders import taken

FINAL_FACTOR = 5
"""How many times the rows of one look are scored at the end."""


def train_sft(config: SftConfig, data: Path, out: Path, *, base: str | None = None, resume: bool = False) -> Path:
    """Train and return `out/model`, or `out/adapter` where only an adapter is trained.

    Args:
        data: folder with train/*.jsonl and, where there are, held_out/ and validation/.
        out: new, or with `resume` the folder of an interrupted run.
        base: folder or hub name of the model to tune, over the configuration's.

    Raises:
        TrainingError: `out` is taken, there is nothing to resume, or the rows or the base cannot be used.
        LeakError: a row is about a development database.
    """
    console = Console(stderr=True)
    disable_progress_bars()
    checkpoints, log = out / "checkpoints", out / "looks.jsonl"
    begun = last_checkpoint(checkpoints) if resume else None
    if resume and begun is None:
        raise TrainingError(f"nothing to resume in {out}: it holds no checkpoint")
    if not resume and (said := taken(out, resumable=True)):
        raise TrainingError(said)
    rows = {split: read_rows(data, split, config.stages, diagnostic=config.diagnostic) for split in SPLITS}
    out.mkdir(parents=True, exist_ok=True)
    if config.threads:
        torch.set_num_threads(config.threads)
    set_seed(config.seed)

    named, room = base or config.base, ""
    if named is None:
        if config.new is None:
            raise TrainingError("no model to tune: give --base, or [new] in the settings")
        texts = [message.content for row in rows["train"] for message in row.messages]
        tokenizer = new_tokenizer(texts, config.new.vocabulary)
        model = new_model(config.new, tokenizer, config.seed)
    else:
        room = check_room(config, named, run_tokens(config, [count_tokens(row.messages) for row in rows["train"]]))
        if room and torch.cuda.is_available():
            console.print(f"{named}: {room}")
        tokenizer, model = open_model(config, named)
        check_targets(config, model)
    parameters = sum(weight.numel() for weight in model.parameters())
    learnt = encoded(rows["train"], tokenizer, config)
    lora = None
    if config.lora and config.engine == "plain":
        lora = LoraConfig(
            r=config.lora.rank, lora_alpha=config.lora.alpha, lora_dropout=config.lora.dropout,
            target_modules=config.lora.target_modules, task_type="CAUSAL_LM",
        )  # fmt: skip

    cuda = torch.cuda.is_available()
    trainer = SFTTrainer(
        model=model,
        processing_class=tokenizer,
        peft_config=lora,
        train_dataset=Dataset.from_list(learnt),
        args=SFTConfig(
            **trainer_settings(config, checkpoints),
            packing=config.packing,
            max_length=config.longest,
            train_sampling_strategy="random" if config.packing else "group_by_length",
            logging_steps=50,
            dataloader_pin_memory=cuda,
        ),
    )
    scorer = SqlScorer(trainer.model, tokenizer, config.batch_size, config.template)
    watched = rows["held_out"] or rows["validation"]
    best = out / ("adapter" if config.lora else "model")
    watched, any_length = watched[: config.evaluated], config.model_copy(update={"longest": sys.maxsize})
    unseen = HeldOutLoss(
        trainer.model, trainer.data_collator, encoded(watched, tokenizer, any_length), config.batch_size
    )
    looks = Looks(config, scorer, unseen, watched, best, log, console, resume=resume)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(looks)
    with disk_faults(best):
        tokenizer.save_pretrained(best)
    console.print(f"{parameters:,} parameters, {len(rows['train']):,} rows, on {'cuda' if cuda else 'cpu'}")
    if not cuda and not resume:
        minutes = measured_minutes(trainer.model, trainer.data_collator, learnt, config)
        room = f"about {minutes:.0f} min by the time of three steps, looks at held-out rows not counted"
        console.print(room)
    with disk_faults(checkpoints):
        result = trainer.train(resume_from_checkpoint=str(begun) if begun else None)
        if looks.kept is None or config.keep == "last":
            save_whole(trainer.model, best)

    final = {
        split: {"rows": len(part), "accuracy": round(scorer.accuracy(part), 4)}
        for split in SPLITS[1:]
        if (part := rows[split][: FINAL_FACTOR * config.evaluated])
    }
    mix = data / "manifest.json"
    manifest = {
        "config": config.model_dump(mode="json"), "base": named, "parameters": parameters, "commit": commit(),
        "versions": {**versions(), "torch": torch.__version__}, "data": str(data),
        "data_manifest_sha256": hashlib.sha256(mix.read_bytes()).hexdigest() if mix.is_file() else None,
        "rows": {split: len(found) for split, found in rows.items()}, "steps": trainer.state.global_step,
        "exported_step": trainer.state.global_step if config.keep == "last" or looks.kept is None else looks.kept,
        "seconds": round(looks.seconds), "peak_memory_mb": round(peak_mb()),
        "peak_gpu_memory_mb": torch.cuda.max_memory_allocated() // 2**20 if cuda else None, "estimate": room,
        "loss": result.training_loss, "best_look": looks.best, "execution_accuracy": final,
    }  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for split, found in final.items():
        console.print(f"{split}: {found['accuracy']:.3f} of {found['rows']} rows right by execution")
    return best
