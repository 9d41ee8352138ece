# pyright: basic, reportMissingImports=false
"""The model to tune, by Unsloth or by plain transformers and peft: one configuration, two engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.settings import TrainingError
from training.sft.config import SftConfig
from training.sft.estimate import estimate, refuse_too_small, shape_of

LARGEST_ON_CPU = 1_000_000_000
"""Parameters that a processor can still tune in an evening."""


def import_engine(config: SftConfig) -> None:
    """Import Unsloth where the settings ask for it: it has to come before trl and transformers, which it patches.

    Raises:
        TrainingError: It is not installed, or there is no GPU for it.
    """
    if config.engine != "unsloth":
        return
    try:
        import unsloth  # noqa: F401
    except ImportError as error:
        raise TrainingError(
            f"Unsloth needs {error.name}: uv pip install -e '.[train-gpu]', or set engine = \"plain\""
        ) from error
    except NotImplementedError as error:
        raise TrainingError('Unsloth finds no GPU here: set engine = "plain"') from error


def check_room(config: SftConfig, named: str, tokens: int | None = None) -> str:
    """Estimate what a run needs, before anything is loaded; return it in one line, "" for a model of unknown shape.

    Args:
        named: folder or hub name of the base.
        tokens: of all rows of the run, epochs counted.

    Raises:
        TrainingError: The card is too small, there is none for a large model, or rows cannot be packed for this model.
    """
    import torch

    shape = shape_of(named)
    if shape is None:
        return ""
    if config.packing and shape.hybrid:
        raise TrainingError(
            f"{named} carries a state along the sequence, so rows packed into one would see each other: set packing = false"
        )
    rank = config.lora.rank if config.lora else None
    found = estimate(
        shape, rank=rank, bits=config.bits, batch=config.batch_size, longest=config.longest, tokens=tokens,
        teraflops=config.teraflops,
    )  # fmt: skip
    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        refuse_too_small(found, card.total_memory / 1e9, card.name)
    elif shape.parameters > LARGEST_ON_CPU:
        raise TrainingError(f"{named} needs a GPU with {found.line()}, and torch finds none here")
    return found.line()


def open_model(config: SftConfig, named: str):
    """Open the base and its tokenizer; by Unsloth with its adapter already on.

    Raises:
        TrainingError: It cannot be opened, or has no chat template.
    """
    try:
        tokenizer, model = _by_unsloth(config, named) if config.engine == "unsloth" else _plain(config, named)
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot open the base model {named!r}: {' '.join(str(error).split())[:200]}") from error
    if not getattr(tokenizer, "chat_template", None):
        raise TrainingError(f"the tokenizer of {named!r} has no chat template: give an instruction-tuned base")
    return tokenizer, model


def trainer_settings(config: SftConfig, checkpoints: Path) -> dict[str, Any]:
    """Return what TRL's trainers are told alike, whatever they learn from: steps, rates, checkpoints, the machine."""
    import torch

    cuda = torch.cuda.is_available()
    return {
        "output_dir": str(checkpoints),
        "seed": config.seed,
        "data_seed": config.seed,
        "num_train_epochs": config.epochs,
        "max_steps": config.steps or -1,
        "per_device_train_batch_size": config.batch_size,
        "gradient_accumulation_steps": config.accumulate,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": "cosine" if config.schedule == "cosine" else "constant_with_warmup",
        "warmup_steps": config.warmup,
        "weight_decay": config.weight_decay,
        "adam_beta2": config.beta2,
        "save_strategy": "steps",
        "save_steps": config.save_every or config.evaluate_every,
        "save_total_limit": 2,
        "disable_tqdm": True,
        "report_to": "none",
        "use_cpu": not cuda,
        "bf16": cuda,
        "gradient_checkpointing": cuda,
    }


def check_targets(config: SftConfig, model) -> None:
    """Refuse an adapter that names layers which the model does not have: peft passes over those in silence.

    Raises:
        TrainingError: One is absent; the line says which there are.
    """
    import torch

    if config.lora is None or isinstance(config.lora.target_modules, str):
        return
    there = {name.rpartition(".")[2] for name, part in model.named_modules() if isinstance(part, torch.nn.Linear)}
    absent = [name for name in config.lora.target_modules if name not in there]
    if absent:
        raise TrainingError(f"lora.target_modules: the model has no {absent[0]!r}; it has {', '.join(sorted(there))}")


def _plain(config: SftConfig, named: str):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(named)
    if config.bits == 16:
        return tokenizer, AutoModelForCausalLM.from_pretrained(named, dtype="auto")
    import torch
    from peft import prepare_model_for_kbit_training
    from transformers import BitsAndBytesConfig

    small = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )  # fmt: skip
    model = AutoModelForCausalLM.from_pretrained(named, quantization_config=small)
    return tokenizer, prepare_model_for_kbit_training(model, use_gradient_checkpointing=True)


def _by_unsloth(config: SftConfig, named: str):
    from unsloth import FastLanguageModel

    if config.lora is None:
        raise TrainingError('engine = "unsloth" tunes an adapter: add [lora], or set engine = "plain"')
    targets = config.lora.target_modules
    model, tokenizer = FastLanguageModel.from_pretrained(
        model_name=named, max_seq_length=config.longest, load_in_4bit=config.bits == 4
    )
    model = FastLanguageModel.get_peft_model(
        model, r=config.lora.rank, lora_alpha=config.lora.alpha, lora_dropout=config.lora.dropout,
        target_modules=targets if isinstance(targets, str) else list(targets), random_state=config.seed,
        use_gradient_checkpointing="unsloth",
    )  # fmt: skip
    return tokenizer, model
