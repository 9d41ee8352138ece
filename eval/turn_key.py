"""TurnKey: which turn of a data set."""

from __future__ import annotations

from typing import NamedTuple


class TurnKey(NamedTuple):
    """A dialogue and a turn of it, both counted from 0.

    >>> str(TurnKey(3, 1)), TurnKey.parse("3/1")
    ('3/1', TurnKey(dialogue=3, turn=1))
    """

    dialogue: int
    turn: int

    @classmethod
    def parse(cls, text: str) -> TurnKey:
        """Read what `str` wrote."""
        dialogue, _, turn = text.partition("/")
        return cls(int(dialogue), int(turn))

    def __str__(self) -> str:
        return f"{self.dialogue}/{self.turn}"
