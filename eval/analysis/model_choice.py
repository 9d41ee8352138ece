"""What a language model makes of the choice between planner and model, beside the weights, on recorded answers.

The turns and the candidates are those of `eval choice`; only who decides differs. A model that merely repeats the candidate
it is shown first decides as the weights do, so its figures stand beside theirs, paired turn by turn.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agent.llm import CassetteOptions, open_llm
from eval.analysis.choice import DEADLINE, ChoiceTurn, choice_turns, is_right, judged_groups
from eval.datasets import parse_range
from eval.records import RunError, read_turns
from eval.statistics import compare_paired, rate_interval
from eval.table import ReportTable, figure, interval
from nodes.choice.choose import choice_weights, choose
from nodes.choice.model_choice import choice_question, model_choice
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Completer


class ModelChoiceFigures(BaseModel):
    """One model's answers, chosen from by the weights and by a language model."""

    model_config = ConfigDict(frozen=True)

    model: str
    turns: int
    asked: int
    """Turns that the language model was asked about: the weights were unsure, and two candidates run."""
    moved: int
    """Turns in which it decided otherwise than the weights."""
    weights_value: float
    value: float
    low: float | None
    high: float | None
    fixed: int
    """Turns that the weights have wrong."""
    broken: int
    """Turns that the weights have right."""
    p_value: float


@dataclass(frozen=True)
class ModelChooser:
    """A language model that chooses where the weights are unsure."""

    endpoint: Endpoint
    environment: Mapping[str, str]
    sure: float = 0.9
    """The probability from which the choice of the weights stands unasked."""
    cassette: CassetteOptions | None = None
    """The file that keeps its answers, or gives them."""

    async def figures(
        self, planner: Path, models: Sequence[Path], data: Path | None = None, dialogues: str | None = None
    ) -> AsyncGenerator[ModelChoiceFigures]:
        """Yield the figures of several models' recorded answers with one planner.

        Raises:
            TurnSQLError: a folder is no run, the runs share no turn, or the endpoint does not answer.
        """
        start, stop = parse_range(dialogues) if dialogues else (0, None)
        turns = [turn for turn in choice_turns(planner, data) if start <= turn.key[0] < (stop or turn.key[0] + 1)]
        async with open_llm(self.endpoint, self.environment, self.cassette) as llm:
            assert llm
            for model in models:
                answers = {record.key: record.sql for record in read_turns(model) if record.outcome != "not_run"}
                rows = [await self._row(turn, answers[turn.key], llm) for turn in turns if turn.key in answers]
                if not rows:
                    raise RunError(
                        f"{planner} and {model} have no turn in common: are they runs over the same dialogues?"
                    )
                yield _figures(model.name, rows)

    async def _row(self, turn: ChoiceTurn, sql: str, llm: Completer) -> _Row:
        judged = judged_groups(turn, sql)
        if not judged:
            return _Row(turn.key[0], False, False, False, False)
        first = choose([(group, facts) for group, facts, _ in judged], choice_weights())
        right, state = judged[first.chosen][2], turn.state
        context = replace(turn.context.of_turn(state), llm=llm)
        sure = first.groups[first.chosen].probability >= self.sure
        if sure or choice_question(first, state, context, deadline=DEADLINE) is None:
            return _Row(turn.key[0], False, False, right, right)
        found = await model_choice(first, state, context, deadline=DEADLINE)
        known = found.chosen < len(judged)
        now = judged[found.chosen][2] if known else is_right(turn, found.groups[found.chosen].sql)
        return _Row(turn.key[0], True, found.chosen != first.chosen, right, now)


@dataclass(frozen=True)
class _Row:
    dialogue: int
    asked: bool
    moved: bool
    by_weights: bool
    by_model: bool


def _figures(model: str, rows: Sequence[_Row]) -> ModelChoiceFigures:
    dialogues = [row.dialogue for row in rows]
    before, now = [float(row.by_weights) for row in rows], [float(row.by_model) for row in rows]
    ends, against = rate_interval(now, dialogues), compare_paired(before, now, dialogues)
    return ModelChoiceFigures(
        model=model, turns=len(rows), asked=sum(row.asked for row in rows), moved=sum(row.moved for row in rows),
        weights_value=sum(before) / len(rows), value=sum(now) / len(rows),
        low=ends.low if ends else None, high=ends.high if ends else None,
        fixed=against.fixed, broken=against.broken, p_value=against.p_value,
    )  # fmt: skip


def model_choice_table(figures: Sequence[ModelChoiceFigures]) -> ReportTable:
    """Lay the figures out, a row a model."""
    rows = [
        (
            each.model, str(each.turns), str(each.asked), str(each.moved), figure(each.weights_value), figure(each.value),
            interval((each.low, each.high) if each.low is not None and each.high is not None else None),
            f"+{each.fixed}", f"-{each.broken}", f"{each.p_value:.3f}",
        )
        for each in figures
    ]  # fmt: skip
    columns = ("model", "turns", "asked", "moved", "weights", "chooser", "95 %", "fixed", "broken", "p")
    note = "Value accuracy. Asked: the weights were unsure. Moved: decided otherwise than they. Fixed and broken: against them."
    return ReportTable("The choice by a language model", columns, tuple(rows), note)
