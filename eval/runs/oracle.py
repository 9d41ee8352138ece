"""Oracle: a stage that answers from gold. `eval/runs/run.py` puts it into a graph; what answers users cannot import it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from eval.datasets import Dataset
from eval.gold.outputs import Gold, GoldBook
from eval.scoring.verdicts import judge
from eval.turn_key import TurnKey
from nodes.node import Context, Node
from nodes.registry import NODES
from nodes.sql.parsing.parse import repair
from nodes.state import Attempt, GraphState, Stage, Violation

GOLD_OUTPUTS: dict[Stage, Callable[[Gold], Any]] = {
    "dialogue_state_tracking": lambda gold: gold.dialogue_state,
    "schema_linking": lambda gold: gold.schema_links,
    "value_grounding": lambda gold: gold.grounded_values,
    "plan_emission": lambda gold: gold.plans,
    "sql_generation": lambda gold: gold.sql,
}
"""What each stage before the validator gives in an oracle run."""


@dataclass(frozen=True)
class Oracle:
    """The gold output of one stage, looked up by the turn's id; the neutral output where gold does not parse."""

    stage: Stage
    book: GoldBook

    async def __call__(self, state: GraphState, context: Context) -> Any:
        """Return the gold output."""
        dialogue, turn = TurnKey.parse(state.turn_id)
        if self.stage == "schema_validation":
            return self._verdict(self.book.dataset, dialogue, turn, state.sql or "")
        if self.stage == "sql_generation":
            return repair(self.book.dataset.by_index[dialogue].turns[turn].query)
        gold = self.book.turn(dialogue, turn)
        if gold is None:
            skip = cast(Node, NODES[self.stage]["skip"]())
            return await skip(state, context)
        return GOLD_OUTPUTS[self.stage](gold)

    def _verdict(self, dataset: Dataset, dialogue: int, turn: int, sql: str) -> Attempt:
        """Accept exactly what the value verdict accepts, and what no verdict can be given on."""
        row = dataset.by_index[dialogue]
        accepted = judge(dataset.open_database(row.database_id), row.turns[turn].query, sql).value
        if accepted is not False:
            return Attempt(sql=sql)
        # No kind says "wrong answer"; the message names nothing, or gold would reach the next attempt.
        refused = Violation(kind="syntax", severity="error", message="the oracle refuses this SQL")
        return Attempt(sql=sql, violations=(refused,))
