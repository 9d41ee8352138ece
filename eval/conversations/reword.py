"""Reword: a language model says a suite's questions in other words, each kept only where it can still mean one thing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.conversations.suite_file import DialogueSpec, SuiteFile, TurnSpec
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.lexical.schema_mentions import find_mentions
from nodes.lexical.utterance import Utterance
from nodes.llm.messages import Completer, EndpointError, Message, Prompt, json_text
from nodes.plan import LiteralTerm
from nodes.plan.traversal import parts
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from value_index.schema import ColumnRef, Schema

INSTRUCTIONS = (
    "Below are the questions of one conversation with a database, in order. Say each in other words, as an analyst would type"
    " it. Keep every name, value, number, date and column, keep what is asked for, and add nothing. Answer with JSON:"
    ' {"questions": ["...", ...]}, one for each, in the same order.'
)
OUTPUT = {
    "type": "object",
    "properties": {"questions": {"type": "array", "items": {"type": "string"}}},
    "required": ["questions"],
    "additionalProperties": False,
}
LONGEST = 400
"""Characters of a rewording."""

_SIGNALS: dict[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for name, words in {
        "negation": r"not|no|never|without|except|but|none|neither|nor|isn't|aren't|don't|doesn't|exclud\w+|other than",
        "count": r"how many|count(?:s|ed|ing)?|number",
        "average": r"average|mean|avg",
        "sum": r"total|sum|altogether|overall",
        "maximum": r"max\w*",
        "minimum": r"min\w*",
        "each": r"each|every|per|by|group\w*|broken? down|split",
        "different": r"different|distinct|unique|once|duplicates",
        "ascending": r"ascending|lowest first|smallest first|low to high",
        "descending": r"descending|highest first|largest first|high to low",
        "above": r"above|over|more than|greater|higher|larger|exceed\w*|at least|or more",
        "below": r"below|under|less than|smaller|lower|at most|up to|or less",
        "before": r"before|earlier|prior|until",
        "since": r"since|after|later|onwards?|from",
        "back": r"back|undo|revert|scratch|first|beginning|return",
    }.items()
}
"""Words that change what is asked, by what they do."""


@dataclass(frozen=True)
class Reworded:
    """A suite in other words."""

    suite: SuiteFile
    kept: int
    """Turns whose new words were taken."""
    refused: int
    """Turns whose new words might mean something else."""
    unread: int = 0
    """Dialogues for which the model gave no list of as many questions."""

    def describe(self) -> str:
        """Say it in one line."""
        unread = f"; {self.unread} dialogues got no list of as many questions" if self.unread else ""
        return f"{self.kept} turns reworded, {self.refused} left as they were by the checker `mentions`{unread}"


async def reword(suite: SuiteFile, schema: Schema, llm: Completer) -> Reworded:
    """Have a model reword a suite, a call a dialogue; what the checker `mentions` does not pass stays as it was.

    Raises:
        EndpointError: The endpoint will answer nothing more.
    """
    dialogues: list[DialogueSpec] = []
    kept, refused, unread = 0, 0, 0
    for number, dialogue in enumerate(suite.dialogues):
        told = await _said(dialogue, llm, number)
        unread += told is None
        said = told or [turn.ask for turn in dialogue.turns]
        turns = tuple(_taken(turn, words, schema) for turn, words in zip(dialogue.turns, said, strict=True))
        changed = sum(new.ask != old.ask for new, old in zip(turns, dialogue.turns, strict=True))
        kept += changed
        refused += sum(words != turn.ask for turn, words in zip(dialogue.turns, said, strict=True)) - changed
        dialogues.append(dialogue.model_copy(update={"turns": turns}))
    return Reworded(suite.model_copy(update={"dialogues": tuple(dialogues)}), kept, refused, unread)


async def _said(dialogue: DialogueSpec, llm: Completer, number: int) -> Sequence[str] | None:
    """Return the model's words for every turn; None if it gives no fitting answer."""
    old = [turn.ask for turn in dialogue.turns]
    content = f"{INSTRUCTIONS}\n\n{json.dumps(old, ensure_ascii=False)}"
    prompt = Prompt(messages=(Message(role="user", content=content),), name="questions", output=OUTPUT)
    try:
        reply = await llm.complete(prompt, turn_id=f"reword/{number}", stage="dialogue_state_tracking")
        found = json.loads(json_text(reply.text))["questions"]
    except EndpointError as error:
        if error.fatal:
            raise
        return None
    except (ValueError, KeyError, TypeError):
        return None
    fits = isinstance(found, list) and len(found) == len(old) and all(isinstance(words, str) for words in found)
    return [" ".join(words.split()) for words in found] if fits else None


def _taken(turn: TurnSpec, words: str, schema: Schema) -> TurnSpec:
    sql = turn.sql[0] if turn.sql else ""
    return turn.model_copy(update={"ask": words}) if mentions(turn.ask, words, sql, schema) else turn


def mentions(old: str, new: str, sql: str, schema: Schema) -> bool:
    """Tell whether new words leave the plan the only reading: the checker of that name.

    They must name the same tables and columns, the same values of the SQL and the same numbers, and hold the same words that
    change what is asked: no, how many, each, above, before, back.
    """
    if not new or len(new) > LONGEST:
        return False
    values = {value for value in _values(sql, schema) if value in old.casefold()}
    return (
        all(value in new.casefold() for value in values)
        and _numbers(new) == _numbers(old)
        and _named(new, schema) == _named(old, schema)
        and _signals(new) == _signals(old)
    )


def _values(sql: str, schema: Schema) -> Iterator[str]:
    try:
        plan = to_plan(sql, schema) if sql else None
    except SQLError:
        return
    for term in parts(plan, LiteralTerm) if plan else ():
        if text := str(term.value).strip("%").casefold():
            yield text


def _numbers(text: str) -> list[str]:
    return sorted(re.findall(r"\d+(?:[.-]\d+)*", text))


def _named(text: str, schema: Schema) -> tuple[frozenset[ColumnRef], frozenset[str]]:
    found = find_mentions(Utterance.of(text), schema)
    columns = frozenset(mention.candidates[0][0] for mention in found.columns if mention.candidates)
    return columns, frozenset(mention.table for mention in found.tables)


def _signals(text: str) -> frozenset[str]:
    held = {name for name, pattern in _SIGNALS.items() if pattern.search(text)}
    ends = {str(SUPERLATIVES[word.text][0]) for word in Utterance.of(text).words if word.text in SUPERLATIVES}
    return frozenset(held | ends)
