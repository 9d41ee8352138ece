"""no_question: what an utterance is if it is no question about the database."""

from __future__ import annotations

from collections.abc import Callable, Collection

from nodes.intent.change_order import is_change_order
from nodes.intent.off_topic import is_off_topic
from nodes.intent.other_language import other_language
from nodes.intent.small_talk import is_small_talk
from nodes.state import NoQuestion, NoQuestionKind
from nodes.turn_analysis import TurnAnalysis

TABLES_NAMED = 6
"""Tables that a message names at most."""
READERS: dict[NoQuestionKind, Callable[[TurnAnalysis], bool]] = {
    "small_talk": is_small_talk,
    "change_order": is_change_order,
    "other_language": lambda turn: other_language(turn) is not None,
    "off_topic": is_off_topic,
}
"""What tells each kind, in the order in which they are tried."""


def no_question(turn: TurnAnalysis, kinds: Collection[NoQuestionKind]) -> NoQuestion | None:
    """Return what an utterance is in place of a question; None for a question.

    >>> from value_index.schema import Schema
    >>> thanks = TurnAnalysis(Schema(database_id="shop", tables=()), None, "Thank you!", ())
    >>> no_question(thanks, tuple(READERS)).kind
    'small_talk'
    """
    for kind, holds in READERS.items():
        if kind in kinds and holds(turn):
            return NoQuestion(kind=kind, message=_message(kind, turn))
    return None


def _message(kind: NoQuestionKind, turn: TurnAnalysis) -> str:
    """Say in one line why there is no answer, and what can be asked."""
    match kind:
        case "change_order":
            return "this only reads: nothing in the database is changed, ask what it holds"
        case "other_language":
            return "only questions in English are understood"
        case "small_talk" | "off_topic":
            return f"this is no question about the database, which holds {_tables(turn)}"


def _tables(turn: TurnAnalysis) -> str:
    names = [table.name for table in turn.schema.tables]
    shown = ", ".join(names[:TABLES_NAMED]) or "no tables"
    return f"{shown} and {len(names) - TABLES_NAMED} more" if len(names) > TABLES_NAMED else shown
