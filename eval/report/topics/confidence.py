"""How far an answer's confidence can be trusted: risk against coverage, where a planner gives one."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from statistics import fmean

import numpy as np

from eval.analysis.notes import BOUNDS, NoteFigures
from eval.analysis.unused_notes import Share
from eval.report.chart import Chart, Mark
from eval.report.run_view import RunView
from eval.table import ReportTable, figure, interval

COVERAGES = (0.25, 0.5, 0.75, 1.0)
POINTS_DRAWN = 120


@dataclass(frozen=True)
class Risk:
    """The scored turns of a run with a confidence, the most confident first."""

    confidences: Sequence[float]
    right: Sequence[int]
    """1 or 0 for each."""

    @cached_property
    def risks(self) -> Sequence[float]:
        """Share of wrong answers among the first 1, 2, 3, ...; turns of equal confidence share their errors evenly."""
        found, wrong = array("d"), 0.0
        for _, tie in groupby(zip(self.confidences, self.right, strict=True), key=lambda pair: pair[0]):
            verdicts = bytes(right for _, right in tie)
            share = verdicts.count(0) / len(verdicts)
            for _ in verdicts:
                wrong += share
                found.append(wrong / (len(found) + 1))
        return found

    def at(self, coverage: float) -> float:
        """Share of wrong answers where that share of the turns is answered."""
        return self.risks[max(1, round(len(self.risks) * coverage)) - 1]

    @property
    def area(self) -> float:
        """Mean risk over all coverages: 0 is perfect, the error rate is what no order gives."""
        return fmean(self.risks)

    @property
    def calibration_gap(self) -> float:
        """Mean distance of confidence from accuracy over ten groups of equal size, weighted by size."""
        total, gap = len(self.right), 0.0
        for place in range(10):
            part = slice(place * total // 10, (place + 1) * total // 10)
            if right := self.right[part]:
                gap += len(right) / total * abs(fmean(right) - fmean(self.confidences[part]))
        return gap


def risk_of(run: RunView) -> Risk | None:
    """Return the risk of a run; None if no plan carries a confidence."""
    confidences, right = np.asarray(run.facts.confidences), np.frombuffer(bytes(run.facts.right), np.uint8)
    if not len(right):
        return None
    order = np.argsort(-confidences, kind="stable")
    return Risk(array("d", confidences[order].tobytes()), right[order].tobytes())


def confidence_charts(runs: Sequence[RunView]) -> tuple[Chart, ...]:
    """Draw risk against coverage; nothing where no run has a confidence."""
    found = [(run.name, risk) for run in runs if (risk := risk_of(run))]
    if not found:
        return ()
    marks = (mark for name, risk in found for mark in _marks(risk, name if len(found) > 1 else ""))
    return (
        Chart(
            title="Risk and coverage",
            kind="lines",
            marks=tuple(marks),
            axis="share of wrong answers",
            form="share",
            labels="share of turns answered, the most confident first",
            note="An analyst who lets only the most confident answers through meets this share of wrong ones.",
        ),
    )


def confidence_tables(runs: Sequence[RunView]) -> tuple[ReportTable, ...]:
    """Lay the same out as figures; nothing where no run has a confidence."""
    found = [(run.name, risk) for run in runs if (risk := risk_of(run))]
    if not found:
        return ()
    heads = tuple(f"at {coverage:.0%}" for coverage in COVERAGES)
    return (
        ReportTable(
            title="Wrong answers by coverage",
            columns=("run", *heads, "mean", "calibration gap", "turns"),
            rows=tuple((name, *_row(risk)) for name, risk in found),
            note="Share of wrong answers among the most confident; mean over all coverages. Calibration gap: confidence"
            " against accuracy, in ten groups.",
        ),
    )


def _row(risk: Risk) -> tuple[str, ...]:
    shares = (figure(risk.at(coverage)) for coverage in COVERAGES)
    return (*shares, figure(risk.area), figure(risk.calibration_gap), str(len(risk.right)))


def _marks(risk: Risk, series: str) -> list[Mark]:
    total = len(risk.right)
    counts = sorted({max(1, round(total * step / POINTS_DRAWN)) for step in range(1, POINTS_DRAWN + 1)})
    return [
        Mark(
            f"{count / total:.4f}",
            risk.risks[count - 1],
            series,
            note=f"confidence {risk.confidences[count - 1]:.2f} and up",
        )
        for count in counts
    ]


def note_table(runs: Mapping[str, NoteFigures]) -> ReportTable:
    """Lay out how far the confidence of runs holds, and how many wrong answers came without a note."""
    return ReportTable(
        title="Confidence and notes",
        columns=(
            "run", "turns", "right", "confidence", "calibration error", "Brier", "area", "planner's area",
            "wrong without a note", "right with a note",
        ),
        rows=tuple(
            (
                name, str(each.turns), figure(each.right), figure(each.confidence), figure(each.calibration_error),
                figure(each.brier), figure(each.area), figure(each.planner_area), f"{each.wrong_without_note} of {each.wrong}",
                f"{each.right_with_note} of {round(each.turns * each.right)}",
            )
            for name, each in runs.items()
        ),
        note="A note: a confidence under .5, words of the question that the SQL does not use, a warning, or another reading."
        " Area: how often a right answer has more confidence than a wrong one; the planner's is that before anything is run.",
    )  # fmt: skip


def curve_table(runs: Mapping[str, NoteFigures]) -> ReportTable:
    """Lay out what the confidence alone would tell, bound by bound."""
    return ReportTable(
        title="Wrong answers of more confidence than a bound / right ones of less",
        columns=("run", *(figure(bound) for bound in BOUNDS)),
        rows=tuple(
            (name, *(f"{figure(at.wrong_without_note)} / {figure(at.right_with_note)}" for at in each.curve))
            for name, each in runs.items()
        ),
    )


def reading_table(runs: Mapping[str, NoteFigures]) -> ReportTable:
    """Lay out what the note of another reading is worth."""
    return ReportTable(
        title="Answers told with another reading, which gives other rows",
        columns=("run", "told", "of answers", "answer wrong", "and the other right"),
        rows=tuple(
            (name, str(each.read_otherwise), str(each.turns), str(each.wrong_read_otherwise), str(each.right_read_otherwise))
            for name, each in runs.items()
        ),
    )  # fmt: skip


def unused_table(runs: Mapping[str, NoteFigures]) -> ReportTable:
    """Lay out how far "not used" can be relied on."""
    return ReportTable(
        title="Words said to be unused, against gold plans",
        columns=("run", "precision", "recall", "told of gold plans"),
        rows=tuple(
            (name, *(_share(each) for each in (figures.unused.precision, figures.unused.recall, figures.unused.told_of_gold)))
            for name, figures in runs.items()
        ),
        note="Right to be told: the answer lacks a literal that the gold plan compares with and the utterance names.",
    )  # fmt: skip


def _share(share: Share) -> str:
    return f"{figure(share.value)} ({interval(share.interval)}), {share.hits} of {share.of}"
