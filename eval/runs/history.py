"""The earlier turns that a node may see: with gold SQL, with the system's own, or with gold corrupted by seeded edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eval.datasets import GoldDialogue
from eval.gold.history_noise import noised
from eval.gold.outputs import GoldBook
from eval.records import HistoryMode
from nodes.sql.parsing.parse import repair
from nodes.state import Turn


@dataclass(frozen=True)
class Histories:
    """Builds the history of a turn in one of the three modes."""

    mode: HistoryMode
    book: GoldBook
    seed: int = 0
    """The seed of the edits under `noised`."""
    rate: float = 0.5
    """How many earlier turns `noised` edits."""

    def before(self, dialogue: GoldDialogue, turn: int, answered: Mapping[int, str]) -> tuple[Turn, ...]:
        """Return the turns before `turn`.

        Args:
            answered: the system's own SQL by turn; read only under `predicted`.
        """
        earlier = enumerate(dialogue.turns[:turn])
        return tuple(Turn(utterance=past.utterance, sql=self._sql(dialogue, at, answered)) for at, past in earlier)

    def _sql(self, dialogue: GoldDialogue, turn: int, answered: Mapping[int, str]) -> str:
        if self.mode == "predicted":
            return answered[turn]
        query = repair(dialogue.turns[turn].query)
        if self.mode == "gold":
            return query
        schema = self.book.dataset.open_database(dialogue.database_id).schema
        plan = self.book.plan_of(dialogue.database_id, dialogue.turns[turn].query)
        return noised(query, plan, schema, seed=f"{self.seed}/{dialogue.index}/{turn}", rate=self.rate)
