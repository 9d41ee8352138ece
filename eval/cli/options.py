"""The options that the commands of `eval` share, and the headings under which `--help` lists the commands."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from agent.llm import CassetteOptions

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
RecordTo = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Keep the language model's answers in this file.")
]
ReplayFrom = Annotated[
    Path | None,
    typer.Option(
        "--replay", metavar="FILE", help="Answer from such a file alone; a question that it lacks stops the run."
    ),
]
BatchOut = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="New file for what would be asked, a request of a batch a line; needs --record."),
]
BatchIn = Annotated[Path | None, typer.Option(metavar="FILE", help="Answers of such a batch; needs --record.")]
Seed = Annotated[int, typer.Option(help="Seed of whatever is drawn at random.")]
Out = Annotated[Path, typer.Option(help="New folder for what the command writes.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]


def cassette_of(
    record: Path | None, replay: Path | None, batch_in: Path | None, batch_out: Path | None
) -> CassetteOptions | None:
    """Return the file that keeps a model's answers, or gives them; None if neither is asked for."""
    from agent.llm import CassetteOptions

    if replay:
        return CassetteOptions(replay, replay=True)
    return CassetteOptions(record, batch_in=batch_in, batch_out=batch_out) if record else None


@contextmanager
def resumable(out: Path, again: str = "go on with --resume") -> Generator[None]:
    """Say how to go on where a user stops a long run (exit status 130, as of every command that is stopped).

    Args:
        out: the folder that keeps what is finished.
        again: how a second call goes on with it.
    """
    try:
        yield
    except KeyboardInterrupt:
        kept = f": {out} keeps what is finished, {again}" if out.exists() else " before anything was kept"
        typer.echo(f"turnsql: stopped{kept}", err=True)
        raise


def tell_requests(batch_out: Path | None) -> bool:
    """Tell how many requests of a batch wait for answers; return whether any do."""
    from nodes.llm.batch import count_requests

    requests = count_requests(batch_out) if batch_out else 0
    if requests:
        typer.echo(f"{batch_out}: {requests} requests; have them answered, and go on with --resume --batch-in")
    return requests > 0
