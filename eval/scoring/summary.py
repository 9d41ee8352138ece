"""The figures of a run: means over turns, nested as the scores of a turn are, and the same by position and by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from eval.records import Manifest, TurnRecord
from eval.scoring.hardness import FEATURES, HARDNESS
from eval.scoring.means import Column, Columns, Intervals
from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import (
    Baseline,
    BaselineScores,
    Rate,
    Retry,
    Summary,
    TurnScores,
)
from eval.scoring.verdicts import Cause

POSITIONS = ("1", "2", "3", "4", ">4")
"""The positions of a turn in its dialogue."""


class Summing:
    """Sums a run up, turn by turn, and keeps no turn."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._columns = Columns()
        self._turns, self._run, self._scored = 0, 0, 0
        self._no_results, self._causes, self._retries = Counter[str](), Counter[Cause](), Counter[Retry | None]()
        self._groups = {name: defaultdict[str, Rates](Rates) for name in ("turn", "hardness", "feature", "flags")}
        self._interactions = _Interactions()
        self._where = {name: _Where(name) for name in ("join_f1", "group_by_f1")}
        self._baselines = {name: _means() for name in ("empty plan", "copy previous")}
        self._falls, self._untested, self._unscored = list[str](), 0, list[str]()

    def add(self, line: TurnScores) -> None:
        """Take in one turn."""
        self._turns += 1
        self._interactions.add(line)
        if line.outcome == "not_run":
            return
        self._run += 1
        self._columns.add(line)
        if line.no_result:
            self._no_results[line.no_result] += 1
        if line.cause:
            self._causes[line.cause] += 1
        for where in self._where.values():
            where.add(line)
        if line.value and line.suite is False:  # right on its database, and wrong on a copy of it
            self._falls.append(f"{line.dialogue}/{line.turn}: {line.suite_shown_by}")
        self._untested += line.suite_shown_by == "untested"
        if line.unscored:
            self._unscored.append(f"{line.dialogue}/{line.turn}: {line.unscored}")
        if line.scored:
            self._add_scored(line)

    def add_baseline(self, line: BaselineScores) -> None:
        """Take in the two trivial planners on one turn."""
        for found, scores in zip(self._baselines.values(), (line.empty, line.copied), strict=True):
            for name in PLAN_SCORES:
                found[name].add(line.dialogue, scores[name])

    def _add_scored(self, line: TurnScores) -> None:
        self._scored += 1
        self._retries[line.retry] += 1
        self._groups["turn"][_position(line)].add(line)
        if line.hardness:
            self._groups["hardness"][line.hardness].add(line)
        for feature in line.features:
            self._groups["feature"][feature].add(line)
        if "empty" not in line.gold_flags:
            self._groups["flags"]["not_vacuous"].add(line)
        if not line.gold_flags:
            self._groups["flags"]["unflagged"].add(line)

    def summary(self, record: TurnRecord, edited: tuple[str, ...] = ()) -> Summary:
        """Return the figures.

        Args:
            record: any record of the run, for the variants.
            edited: the lines of its files that it did not write so.
        """
        intervals, manifest = Intervals(), self._manifest
        return Summary(
            turns=self._turns,
            scored=self._scored,
            unscored=self._run - self._scored,
            not_run=self._turns - self._run,
            faulted=self._no_results["harness_fault"] + self._no_results["machine_fault"],
            missing=manifest.turns - self._turns,
            left_out=manifest.left_out,
            history=manifest.history,
            means=self._columns.means(),
            intervals=self._columns.intervals(intervals),
            interactions=self._interactions.rate(intervals),
            by_turn=self._grouped("turn", POSITIONS, intervals),
            by_hardness=self._grouped("hardness", HARDNESS, intervals),
            by_feature=self._grouped("feature", FEATURES, intervals),
            not_vacuous=self._groups["flags"]["not_vacuous"].rate(intervals),
            unflagged=self._groups["flags"]["unflagged"].rate(intervals),
            no_results=dict(sorted(self._no_results.items())),
            causes=dict(self._causes.most_common()),
            where_present={name: where.figures() for name, where in self._where.items()},
            retries={name: self._retries[name] for name in ("fixed", "broken", "unchanged")},
            baselines=tuple(
                Baseline(name=name, plan={score: column.mean for score, column in found.items()})
                for name, found in self._baselines.items()
            ),
            variants={stage: entry.variant for stage, entry in record.stages.items()},
            suite_falls=tuple(self._falls),
            suite_untested=self._untested,
            unscored_turns=tuple(self._unscored),
            edited=edited,
        )

    def _grouped(self, kind: str, order: Sequence[str], intervals: Intervals) -> dict[str, Rate]:
        groups = self._groups[kind]
        return {name: groups[name].rate(intervals) for name in order if name in groups}


class Rates:
    """The verdicts over a group of turns."""

    def __init__(self) -> None:
        self._turns = 0
        self._verdicts = {name: Column() for name in ("strict", "value", "official")}

    def add(self, line: TurnScores) -> None:
        """Take in one turn."""
        self._turns += 1
        for name, column in self._verdicts.items():
            column.add(line.dialogue, getattr(line, name))

    def rate(self, intervals: Intervals) -> Rate:
        """Return the group's rate."""
        means = {name: column.mean for name, column in self._verdicts.items()}
        return Rate(turns=self._turns, **means, value_interval=intervals.of(self._verdicts["value"]))


class _Interactions:
    """Dialogues all of whose scored turns are right."""

    def __init__(self) -> None:
        self._wrong: dict[int, int] = {}
        """A bit for each verdict that a scored turn of the dialogue fails, one for a turn that was not run, one for a scored turn."""

    def add(self, line: TurnScores) -> None:
        found = self._wrong.get(line.dialogue, 0)
        if line.outcome == "not_run":
            found |= _NOT_RUN
        if line.scored:
            found |= _SCORED
            for bit, name in enumerate(("strict", "value", "official")):
                found |= 0 if getattr(line, name) else 1 << bit
        self._wrong[line.dialogue] = found

    def rate(self, intervals: Intervals) -> Rate:
        whole = [bits for bits in self._wrong.values() if bits & _SCORED and not bits & _NOT_RUN]
        found = {name: Column() for name in ("strict", "value", "official")}
        for dialogue, bits in enumerate(whole):
            for bit, column in enumerate(found.values()):
                column.add(dialogue, not bits & 1 << bit)
        means = {name: column.mean for name, column in found.items()}
        return Rate(turns=len(whole), **means, value_interval=intervals.of(found["value"]))


_NOT_RUN, _SCORED = 8, 16


class _Where:
    """One plan score over the turns whose gold has what it scores."""

    def __init__(self, name: str) -> None:
        self._name, self._feature = name, name.removesuffix("_f1")
        self._turns, self._plan, self._of_sql = 0, Column(), Column()

    def add(self, line: TurnScores) -> None:
        if self._feature in line.features:
            self._turns += 1
            self._plan.add(line.dialogue, line.plan[self._name])
            self._of_sql.add(line.dialogue, line.plan_of_sql[self._name])

    def figures(self) -> dict[str, float | None]:
        return {"turns": self._turns, "plan": self._plan.mean, "plan_of_sql": self._of_sql.mean}


def _means() -> dict[str, Column]:
    return {name: Column() for name in PLAN_SCORES}


def _position(line: TurnScores) -> str:
    return POSITIONS[min(line.turn, len(POSITIONS) - 1)]
