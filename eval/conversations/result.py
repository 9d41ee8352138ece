"""What a suite's run gave: a verdict a turn, rates by behaviour, tables, and JUnit XML for CI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from eval.conversations.suite_file import SuiteFile
from eval.table import ReportTable, figure, interval
from nodes.state import STAGES
from value_index.models import ForeignModel


class TurnResult(ForeignModel):
    """One turn held against what must be so."""

    dialogue: int
    turn: int
    name: str
    """The name of the dialogue."""
    ask: str
    behaviour: str
    right: bool | None
    """None for a turn that was lost: not run."""
    why: str | None
    """What does not hold; None where all does."""
    sql: str
    modes: tuple[str, ...] = ()
    """Failure modes of a wrong answer."""
    stage: str | None = None
    """The first stage whose replacement by gold repairs a wrong answer; `none` where no replacement does."""
    confidence: float | None = None


class Rate(ForeignModel):
    """The turns of one behaviour."""

    behaviour: str
    turns: int
    share: float
    """Right turns; of several tries, the mean."""
    low: float | None
    """95 % interval, dialogues resampled."""
    high: float | None
    least: float | None = None
    """The file's threshold."""
    fixed: int | None = None
    """Turns wrong in the earlier run and right now."""
    broken: int | None = None


class SuiteResult(ForeignModel):
    """A whole suite."""

    suite: str
    database: str
    history: str
    repeat: int
    turns: tuple[TurnResult, ...]
    """The turns of the first try."""
    rates: tuple[Rate, ...]
    modes: dict[str, int]
    """Wrong turns by failure mode, over all tries."""
    mode_rates: tuple[Rate, ...] = ()
    """Share of the turns of the first try that fail so, by mode."""
    lost: int
    pass_any: float
    """Turns right in some try: pass@k."""
    pass_all: float
    """Turns right in every try: pass^k."""
    failed: tuple[str, ...]
    """Behaviours below their threshold."""


def made_table(suite: SuiteFile, behaviours: Sequence[str]) -> ReportTable:
    """Lay out which behaviours a made suite shows, by how often, and which the database or the turns had no room for."""
    shown = Counter(turn.behaviour for dialogue in suite.dialogues for turn in dialogue.turns)
    groups: dict[int, list[str]] = {}
    for name in sorted(behaviours):
        groups.setdefault(shown[name], []).append(name)
    rows = tuple((str(count), ", ".join(groups[count])) for count in sorted(groups, reverse=True))
    return ReportTable("Behaviours", ("turns", "behaviours"), rows, words=2, fold=True)


def rate_table(result: SuiteResult) -> ReportTable:
    """Lay the rates out, the whole first, then the worst behaviour."""
    paired = any(rate.fixed is not None for rate in result.rates)
    whole, *rest = result.rates
    rows = [
        (
            rate.behaviour, str(rate.turns), figure(rate.share),
            _ends(rate), figure(rate.least),
            *((f"+{rate.fixed}", f"-{rate.broken}") if paired else ()),
        )
        for rate in (whole, *sorted(rest, key=lambda rate: (rate.share, rate.behaviour)))
    ]  # fmt: skip
    note = f"History: {result.history}. Right turns by behaviour; least is the file's threshold."
    if result.repeat > 1:
        note += f" pass@{result.repeat} {figure(result.pass_any)}, pass^{result.repeat} {figure(result.pass_all)}."
    if result.lost:
        note += f" {result.lost} turns were lost."
    columns = ("behaviour", "turns", "right", "95 %", "least", *(("fixed", "broken") if paired else ()))
    return ReportTable(f"{result.suite} over {result.database}", columns, tuple(rows), note)


def mode_table(result: SuiteResult) -> ReportTable:
    """Lay the failure modes of the wrong turns out, with the share of all turns that fail so."""
    rows = tuple(
        (rate.behaviour.replace("_", " "), str(result.modes.get(rate.behaviour, 0)), figure(rate.share), _ends(rate))
        for rate in result.mode_rates
    )
    note = "A turn may fail in several ways. Share: of all turns."
    return ReportTable("How the wrong turns fail", ("mode", "turns", "share", "95 %"), rows, note)


def blame_tables(result: SuiteResult) -> tuple[ReportTable, ...]:
    """Lay out which stage is to blame for the wrong turns of each behaviour and of each mode; nothing without blame."""
    wrong = [turn for turn in result.turns if turn.stage]
    stages = list(dict.fromkeys(stage for stage in (*STAGES, "none") if any(turn.stage == stage for turn in wrong)))
    if not stages:
        return ()
    behaviours = sorted({turn.behaviour or "–" for turn in wrong})
    modes = [rate.behaviour for rate in result.mode_rates if any(rate.behaviour in turn.modes for turn in wrong)]
    by_behaviour = [(name, [turn for turn in wrong if (turn.behaviour or "–") == name]) for name in behaviours]
    by_mode = [(mode.replace("_", " "), [turn for turn in wrong if mode in turn.modes]) for mode in modes]
    note = "Wrong turns by the first stage whose replacement by gold repairs them; none: no replacement does."
    columns = tuple(stage.replace("_", " ") for stage in stages)
    return tuple(
        ReportTable(f"Stage to blame, by {kind}", (kind, "wrong", *columns), _blamed(groups, stages), note)
        for kind, groups in (("behaviour", [("all", wrong), *by_behaviour]), ("mode", by_mode))
    )


def _blamed(groups: list[tuple[str, list[TurnResult]]], stages: list[str]) -> tuple[tuple[str, ...], ...]:
    counts = ((name, turns, [sum(turn.stage == stage for turn in turns) for stage in stages]) for name, turns in groups)
    return tuple((name, str(len(turns)), *(str(count or "") for count in found)) for name, turns, found in counts)


def _ends(rate: Rate) -> str:
    return interval((rate.low, rate.high) if rate.low is not None and rate.high is not None else None)


def junit(result: SuiteResult) -> str:
    """Write the turns as JUnit XML, a test case each, a test suite for each dialogue."""
    root = ElementTree.Element("testsuites", name=result.suite)
    for name in dict.fromkeys(turn.name for turn in result.turns):
        turns = [turn for turn in result.turns if turn.name == name]
        failures, errors = sum(turn.right is False for turn in turns), sum(turn.right is None for turn in turns)
        suite = ElementTree.SubElement(
            root, "testsuite", name=name, tests=str(len(turns)), failures=str(failures), errors=str(errors)
        )
        for turn in turns:
            case = ElementTree.SubElement(
                suite, "testcase", classname=f"{result.database}.{name}", name=f"{turn.turn + 1}: {_clean(turn.ask)}"
            )
            if turn.right is not True:
                kind = "error" if turn.right is None else "failure"
                problem = ElementTree.SubElement(case, kind, message=_clean(turn.why or ""))
                problem.text = _clean(turn.sql)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n")
