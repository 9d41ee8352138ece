"""Run a suite: answer its dialogues over a database, and hold every answer against what must be so."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from eval.ablation.attribution import LADDER, Attributor, attribute
from eval.ablation.run import answer_rungs
from eval.conversations.expectations import Answered, shortfall
from eval.conversations.result import Rate, SuiteResult, TurnResult
from eval.conversations.suite_file import SuiteError, SuiteFile, read_suite
from eval.datasets import Dataset, load
from eval.datasets.dataset import ADDRESSES
from eval.datasets.load import SUITE_FOLDER
from eval.records import TurnRecord, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from eval.scoring.verdicts import Executions
from eval.statistics import rate_interval
from eval.turn_key import TurnKey
from value_index.connect import absolute, connect, password_kept, shown_name
from value_index.database import Database
from value_index.files.atomic_file import write_atomically
from value_index.files.private_folder import private_folder
from value_index.render import strict_json

RESULT = "suite.json"
ALL = "all"
History = Literal["own", "gold"]


@dataclass(frozen=True)
class SuiteOptions:
    """What the command line asks for."""

    suite: Path
    database: Path | Sequence[str]
    """What `--db` names: a file, or addresses."""
    out: Path
    history: History = "own"
    config: Path | None = None
    nodes: tuple[str, ...] = ()
    knowledge: tuple[Path, ...] = ()
    """Files of what is known about the database."""
    repeat: int = 1
    workers: int = 1
    """Processes that answer and score."""
    against: Path | None = None
    """Folder of an earlier run of the same suite, to be compared with."""
    blame: bool = False
    """Whether every stage is given gold in turn, to tell which one a wrong turn is to be blamed on."""
    environment: Mapping[str, str] | None = None

    @property
    def addresses(self) -> list[str]:
        """What `--db` names."""
        return [str(self.database)] if isinstance(self.database, Path) else list(self.database)

    @property
    def name(self) -> str:
        """What the database is called in a report."""
        return "_".join(map(shown_name, self.addresses))


def run_suite(options: SuiteOptions) -> SuiteResult:
    """Answer a suite and write `suite.json` beside the records; with `repeat`, so often, each in a folder of its own.

    Raises:
        TurnSQLError: The suite, the database, the configuration or the folder cannot be used; nothing is written.
    """
    with password_kept(options.addresses):
        return _run_suite(options)


def _run_suite(options: SuiteOptions) -> SuiteResult:
    suite = read_suite(options.suite)
    with_database = connect(options.addresses)
    try:
        check_suite(suite, options.suite, with_database)
    finally:
        with_database.close()
    earlier = read_result(options.against) if options.against else None
    private_folder(options.out, with_database.files)
    folders = [options.out] if options.repeat == 1 else [options.out / f"{n + 1}" for n in range(options.repeat)]
    tries = [_answered(suite, options, folder) for folder in folders]
    if options.blame:
        tries[0] = blamed_turns(tries[0], options, folders[0])
    result = summarise(suite, options, tries, earlier)
    write_atomically(options.out / RESULT, strict_json(result.model_dump(mode="json"), indent=2) + "\n")
    return result


def check_suite(suite: SuiteFile, path: Path, database: Database) -> None:
    """Refuse a suite that does not fit its database: a query that does not run, a table or column that is not there.

    Raises:
        SuiteError: The line is named.
    """
    schema, lines = database.schema, _Lines(path)
    if suite.database and suite.database.casefold() != schema.database_id.casefold():
        raise SuiteError(
            f"{path}:{lines.at('database')}: the suite is of {suite.database!r}, and the database is "
            f"{schema.database_id!r}: leave `database` out where both hold the same"
        )
    for d, dialogue in enumerate(suite.dialogues):
        for t, turn in enumerate(dialogue.turns):
            for sql in turn.sql:
                ran = database.execute(sql, max_rows=1)
                if ran.outcome not in ("rows", "truncated"):
                    raise SuiteError(f"{path}:{lines.of(d, t, 'sql')}: {ran.message}")
            for name in turn.uses:
                table, dot, column = name.partition(".")
                if schema.table(table) is None or (dot and schema.column(table, column) is None):
                    raise SuiteError(f"{path}:{lines.of(d, t, 'uses')}: the database has no {name!r}")


@dataclass(frozen=True)
class _Lines:
    path: Path

    def of(self, dialogue: int, turn: int, key: str) -> int:
        return self.at("dialogues", dialogue, "turns", turn, key)

    def at(self, *place: str | int) -> int:
        import yaml

        from value_index.text.yaml_lines import line_of

        node = yaml.compose(self.path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        return line_of(node, place)


def _answered(suite: SuiteFile, options: SuiteOptions, folder: Path) -> list[TurnResult]:
    """Answer every dialogue once, score the run, and judge each turn."""
    data = write_data(suite, options.addresses, folder / SUITE_FOLDER)
    try:
        run(_run_options(options, data, folder))
    except BaseException:
        if not (folder / "manifest.json").exists():
            shutil.rmtree(folder / SUITE_FOLDER, ignore_errors=True)
        raise
    score(folder, workers=options.workers)
    dataset = load("cosql", data, "dev")
    try:
        return list(_judged(suite, dataset, folder))
    finally:
        dataset.close()


def _run_options(options: SuiteOptions, data: Path, folder: Path) -> RunOptions:
    return RunOptions(
        data=data,
        out=folder,
        config=options.config,
        nodes=options.nodes,
        knowledge=options.knowledge,
        alone=False,
        history="gold" if options.history == "gold" else "predicted",
        workers=options.workers,
        environment=options.environment or {},
    )


def blamed_turns(turns: Sequence[TurnResult], options: SuiteOptions, folder: Path) -> list[TurnResult]:
    """Answer the suite again with gold in place of each stage, under `ladder`, and name the stage of every wrong turn."""
    answer_rungs(_run_options(options, folder / SUITE_FOLDER, folder / LADDER), choices=("oracle",))
    blame = {(turn.dialogue, turn.turn): turn.stage or "none" for turn in attribute(folder / LADDER).turns}
    return [
        turn.model_copy(update={"stage": blame.get((turn.dialogue, turn.turn))}) if turn.right is False else turn
        for turn in turns
    ]


def write_data(suite: SuiteFile, addresses: Sequence[str], folder: Path) -> Path:
    """Lay a suite out as an official archive of dialogues, so that every command reads it; return the folder.

    A turn that gives no query has an empty gold: it is judged by what it does give, and is no figure of `eval score`.
    """
    database = connect(addresses)
    name = database.schema.database_id
    home = folder / "database" / name
    home.mkdir(parents=True, exist_ok=True)
    link = home / f"{name}.sqlite"
    if database.schema.dialect != "sqlite":
        write_atomically(link.with_suffix(ADDRESSES), json.dumps(list(map(absolute, addresses)), ensure_ascii=False))
    elif not link.exists():
        try:
            os.symlink(database.files[0].resolve(), link)
        except OSError:  # a file system without links
            shutil.copyfile(database.files[0], link)
    database.close()
    rows = [
        {
            "database_id": name,
            "interaction": [
                {"utterance": turn.ask, "query": turn.sql[0] if turn.sql else ""} for turn in dialogue.turns
            ],
        }
        for dialogue in suite.dialogues
    ]
    (folder / "sql_state_tracking").mkdir(exist_ok=True)
    write_atomically(
        folder / "sql_state_tracking" / "cosql_dev.json", json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
    )
    return folder


def _judged(suite: SuiteFile, dataset: Dataset, folder: Path) -> Iterator[TurnResult]:
    executions, attributor = Executions(), Attributor(dataset)
    records: dict[TurnKey, TurnRecord] = {record.key: record for record in read_turns(folder)}
    for d, dialogue in enumerate(suite.dialogues):
        database = dataset.open_database(dataset.dialogues[d].database_id)
        for t, turn in enumerate(dialogue.turns):
            record = records.get(TurnKey(d, t))
            lost = record is None or record.outcome == "not_run"
            sql = record.sql if record else ""
            why = "the turn was not run" if lost else shortfall(turn, Answered(sql, database, executions))
            modes = attributor.modes(d, t, sql) if why and not lost and turn.sql else ()
            yield TurnResult(
                dialogue=d, turn=t, name=dialogue.name or str(d), ask=turn.ask, behaviour=turn.behaviour,
                right=None if lost else why is None, why=why, sql=sql, modes=tuple(found.mode for found in modes),
                confidence=record.confidence if record else None,
            )  # fmt: skip


def summarise(
    suite: SuiteFile, options: SuiteOptions, tries: Sequence[Sequence[TurnResult]], earlier: SuiteResult | None
) -> SuiteResult:
    """Sum up what every try gave; of several, a turn is right in the rates by how often it was right."""
    first = tries[0]
    rights = [[bool(each[place].right) for each in tries] for place in range(len(first))]
    names = dict.fromkeys((ALL, *(turn.behaviour for turn in first if turn.behaviour)))
    rates = tuple(_rate(name, suite, first, rights, earlier) for name in names)
    modes = Counter(mode for each in tries for turn in each for mode in turn.modes)
    dialogues = [turn.dialogue for turn in first]
    mode_rates = tuple(_mode_rate(mode, first, dialogues) for mode, _ in modes.most_common())
    return SuiteResult(
        suite=options.suite.name, database=options.name, history=options.history, repeat=len(tries),
        turns=tuple(first), rates=rates, modes=dict(modes.most_common()), mode_rates=mode_rates,
        lost=sum(turn.right is None for each in tries for turn in each),
        pass_any=sum(map(any, rights)) / len(rights), pass_all=sum(map(all, rights)) / len(rights),
        failed=tuple(rate.behaviour for rate in rates if rate.least is not None and rate.share < rate.least),
    )  # fmt: skip


def _rate(
    name: str,
    suite: SuiteFile,
    turns: Sequence[TurnResult],
    rights: Sequence[Sequence[bool]],
    earlier: SuiteResult | None,
) -> Rate:
    places = [place for place, turn in enumerate(turns) if name in (ALL, turn.behaviour)]
    values = [sum(rights[place]) / len(rights[place]) for place in places]
    interval = rate_interval(values, [turns[place].dialogue for place in places])
    before = {(turn.dialogue, turn.turn, turn.ask): turn.right for turn in earlier.turns} if earlier else {}
    paired = [
        (before[key], rights[place][0])
        for place in places
        if (key := (turns[place].dialogue, turns[place].turn, turns[place].ask)) in before
    ]
    return Rate(
        behaviour=name, turns=len(places), share=sum(values) / len(values), least=suite.thresholds.get(name),
        low=interval.low if interval else None, high=interval.high if interval else None,
        fixed=sum(not old and new for old, new in paired) if earlier else None,
        broken=sum(bool(old) and not new for old, new in paired) if earlier else None,
    )  # fmt: skip


def _mode_rate(mode: str, turns: Sequence[TurnResult], dialogues: Sequence[int]) -> Rate:
    values = [float(mode in turn.modes) for turn in turns]
    found = rate_interval(values, list(dialogues))
    low, high = (found.low, found.high) if found else (None, None)
    return Rate(behaviour=mode, turns=int(sum(values)), share=sum(values) / len(values), low=low, high=high)


def read_result(folder: Path) -> SuiteResult:
    """Read what a suite's run gave.

    Raises:
        SuiteError: The folder holds no run of a suite.
    """
    try:
        return SuiteResult.model_validate_json((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SuiteError(f"{folder} holds no run of a suite ({RESULT}): {error}") from None
