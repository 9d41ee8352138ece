# pyright: basic, reportMissingImports=false
"""Fine-tune a model on chat rows. Flat, read top to bottom: rows, model, trainer, looks at held-out rows, manifest.

turnsql train sft --config configs/training/small.toml --data runs/plans --out runs/small
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import torch
from datasets import Dataset, disable_progress_bars
from peft import LoraConfig
from rich.console import Console
from transformers import PrinterCallback, TrainerCallback, set_seed
from trl import SFTConfig, SFTTrainer

from eval.bench.peak_memory import peak_mb
from eval.provenance import commit, versions
from training.data.lengths import estimate as count_tokens
from training.settings import TrainingError
from training.sft.checkpoints import disk_faults, last_checkpoint, save_whole
from training.sft.config import SftConfig
from training.sft.engine import check_room, check_targets, open_model
from training.sft.estimate import measured_minutes, run_tokens
from training.sft.rows import SPLITS, ChatRow, read_rows
from training.sft.score import SqlScorer
from training.sft.small_model import new_model, new_tokenizer
from training.sft.tokens import encoded

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
    if not resume and out.exists() and any(out.iterdir()):
        raise TrainingError(f"{out} is not empty: say --resume, or another --out")
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
            output_dir=str(checkpoints),
            seed=config.seed,
            data_seed=config.seed,
            num_train_epochs=config.epochs,
            max_steps=config.steps or -1,
            per_device_train_batch_size=config.batch_size,
            gradient_accumulation_steps=config.accumulate,
            packing=config.packing,
            learning_rate=config.learning_rate,
            lr_scheduler_type="cosine",
            warmup_steps=config.warmup,
            weight_decay=config.weight_decay,
            adam_beta2=config.beta2,
            max_length=config.longest,
            train_sampling_strategy="random" if config.packing else "group_by_length",
            save_strategy="steps",
            save_steps=config.evaluate_every,
            save_total_limit=2,
            logging_steps=50,
            disable_tqdm=True,
            report_to="none",
            use_cpu=not cuda,
            bf16=cuda,
            gradient_checkpointing=cuda,
            dataloader_pin_memory=cuda,
        ),
    )
    scorer = SqlScorer(trainer.model, tokenizer, config.batch_size, config.template)
    watched = rows["held_out"] or rows["validation"]
    best = out / ("adapter" if config.lora else "model")
    looks = _Looks(config, scorer, watched[: config.evaluated], best, log, console, resume=resume)
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
        if looks.best < 0:
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
        "seconds": round(looks.seconds), "peak_memory_mb": round(peak_mb()),
        "peak_gpu_memory_mb": torch.cuda.max_memory_allocated() // 2**20 if cuda else None, "estimate": room,
        "loss": result.training_loss, "best_look": looks.best, "execution_accuracy": final,
    }  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for split, found in final.items():
        console.print(f"{split}: {found['accuracy']:.3f} of {found['rows']} rows right by execution")
    return best


class _Looks(TrainerCallback):
    """Prints progress, scores held-out rows now and then, keeps the best weights, and stops a run that gets no better."""

    def __init__(
        self, config: SftConfig, scorer: SqlScorer, rows: list[ChatRow], best: Path, log: Path, console: Console,
        *, resume: bool,
    ) -> None:  # fmt: skip
        self._config, self._scorer, self._rows, self._folder = config, scorer, rows, best
        self._log, self._console = log, console
        earlier = [json.loads(line) for line in log.read_text().splitlines()] if resume and log.is_file() else []
        scores = [look["accuracy"] for look in earlier]
        self.best = max(scores, default=-1.0)
        self._stale = len(scores) - 1 - scores.index(self.best) if scores else 0
        self._before = earlier[-1]["seconds"] if earlier else 0.0
        self._started, self._first = time.monotonic(), 0

    @property
    def seconds(self) -> float:
        """The seconds of training so far, earlier processes included."""
        return self._before + time.monotonic() - self._started

    def on_train_begin(self, args, state, control, **kwargs):
        self._started, self._first = time.monotonic(), state.global_step

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs and state.global_step > self._first:
            rate = (time.monotonic() - self._started) / (state.global_step - self._first)
            left = rate * (state.max_steps - state.global_step) / 60
            self._console.print(
                f"step {state.global_step}/{state.max_steps}  loss {float(logs['loss']):.3f}  {rate:.2f} s/step  {left:.0f} min left"
            )

    def on_step_end(self, args, state, control, **kwargs):
        if not self._rows or (state.global_step % self._config.evaluate_every and state.global_step < state.max_steps):
            return
        score = self._scorer.accuracy(self._rows)
        self._stale = 0 if score > self.best else self._stale + 1
        if score > self.best:
            self.best = score
            save_whole(kwargs["model"], self._folder)
        with self._log.open("a", encoding="utf-8") as file:
            look = {"step": state.global_step, "accuracy": score, "seconds": self.seconds}
            file.write(json.dumps(look) + "\n")
        self._console.print(f"step {state.global_step}: {score:.3f} right by execution (best {self.best:.3f})")
        if self._stale >= self._config.patience:
            control.should_training_stop = True
