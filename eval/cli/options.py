"""The options that the commands of `eval` share, and the headings under which `--help` lists the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

ANSWER = "Answer the turns of a data set"
MEASURE = "Measure runs"
MAINTAIN = "Maintain the harness"

Data = Annotated[Path, typer.Option(help="Data folder: an unpacked official archive, or the run of a suite.")]
MovedData = Annotated[Path | None, typer.Option("--data", help="Data folder, if it has moved since the run was made.")]
DatasetName = Annotated[str, typer.Option(help="Name of the data set: cosql, sparc, spider or bird.")]
Split = Annotated[str, typer.Option(help="Split of the data set: dev, train, train_spider, ...")]
Dialogues = Annotated[
    str | None, typer.Option(metavar="A:B", help="Dialogues, 0-based and half-open; all of them unless given.")
]
SliceRange = Annotated[str, typer.Option(metavar="A:B", help="Dialogues, 0-based and half-open.")]
Databases = Annotated[
    Path | None, typer.Option(metavar="FILE", help="TOML file that lists `databases`: only dialogues about them count.")
]
History = Annotated[str | None, typer.Option(help="Earlier SQL that a turn sees: gold (default), predicted or noised.")]
Knowledge = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="What is known about the database, as `turnsql ask` reads it; a folder may hold one folder a database. May be repeated.",
    ),
]
ConfigFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Agent configuration (TOML); the embedded default unless given.")
]
ModelConfig = Annotated[Path, typer.Option(metavar="FILE", help="Agent configuration (TOML) that names an endpoint.")]
Nodes = Annotated[
    list[str] | None,
    typer.Option(metavar="STAGE=VARIANT", help="Variant of a stage, in place of the configuration's; may be repeated."),
]
Concurrency = Annotated[int, typer.Option(min=1, help="Turns in flight at once.")]
Workers = Annotated[
    int,
    typer.Option(min=1, help="Processes that share the dialogues out."),
]
Records = Annotated[
    Literal["jsonl", "parquet"],
    typer.Option(help="How the finished run keeps its records: lines of JSON, or Parquet (a tenth of the size)."),
]
Seed = Annotated[int, typer.Option(help="Seed of whatever is drawn at random.")]
Out = Annotated[Path, typer.Option(help="New folder for what the command writes.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
