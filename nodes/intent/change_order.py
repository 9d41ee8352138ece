"""is_change_order: orders to change stored data, told from requests to change what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nodes.intent.lexicon import (
    ADDING,
    DELETING,
    DETERMINERS,
    DISMISSING,
    INTO,
    LASTING,
    NEW,
    OWNERS,
    QUESTION_WORDS,
    SETTING,
    SHOWN,
    STORED_THINGS,
    SWAPPING,
    TAKING,
)
from nodes.intent.sentences import Sentence, sentences
from nodes.lexical.evidence import span_of
from nodes.plan.constraints import constraints
from nodes.turn_analysis import TurnAnalysis

_STATEMENT = re.compile(
    r"^\s*(insert\s+(or\s+\w+\s+)?into\s+\S+\s*(\(|values|select|default)|delete\s+from\s+[\w\"\[`.]+\s*(;|$|where\b)"
    r"|update\s+[\w\"\[`.]+\s+set\s+\S+\s*=|replace\s+into\s+\S+|truncate\s+table\b"
    r"|(drop|alter)\s+(table|view|index|trigger|database|schema|column)\s+\S+|create\s+(temp\w*\s+|unique\s+|virtual\s+)*"
    r"(table|view|index|trigger|database)\s+\S+\s*(\(|as\b|on\b|using\b|;|$)|(grant|revoke)\s+\w+\s+on\b|pragma\s+\w+|vacuum\b)",
    re.IGNORECASE,
)
"""Statements of SQL that write; a question is never in SQL, but somebody may paste one."""
_VERBS = DELETING | TAKING | ADDING | SETTING
_BE_DONE = re.compile(
    r"\b(must|should|shall|has to|have to|needs? to|ought to|is to|are to) be (deleted|removed|erased|updated|changed|dropped|purged"
    r"|inserted|added|renamed|overwritten)\b"
)
CALLED = ("named", "called", "titled", "whose")
"""Words after the name of a thing that say what it is called."""
NOUN_REACH = 4
"""Words after a verb within which the thing that is made must be named."""


def is_change_order(turn: TurnAnalysis) -> bool:
    """Tell whether an utterance orders a change of stored data.

    "Delete all clients from Ireland", "Add a customer named Ann" and "Set the price of the lamp to 30" do. "Delete those
    from the list", "Add the customer's age" and, after a question about 2014, "Change the year to 2015" edit the answer.
    """
    if len(turn.utterance.segments) > 1:
        return False  # a clarification, folded into one turn
    return bool(_STATEMENT.match(turn.text)) or any(_orders(turn, each) for each in sentences(turn.utterance))


def _orders(turn: TurnAnalysis, sentence: Sentence) -> bool:
    verb, rest = sentence.texts[0], sentence.texts[1:]
    if verb not in QUESTION_WORDS and _BE_DONE.search(" ".join(sentence.texts)) and not SHOWN & set(sentence.texts):
        return True
    if verb == "get" and rest[:2] == ("rid", "of"):
        verb, rest = "remove", rest[2:]
    if verb in DISMISSING and rest[:1] and rest[0] in DETERMINERS and not SHOWN & set(rest):
        return not turn.history
    if verb not in _VERBS or not rest or _names(turn, sentence.start, part_of_more=True):
        return False
    if STORED_THINGS & set(rest) and _is_table_dropped(turn, sentence, verb):
        return True
    if verb in DELETING | TAKING and (LASTING & set(rest) or rest[-2:] == ("for", "good")):
        return True  # "delete them from the database"
    if SHOWN & _spoken_of(verb, rest):
        return False
    if verb in DELETING:
        return True
    if verb in TAKING:
        return not turn.history or bool(LASTING & set(rest))
    return _adds(turn, sentence) if verb in ADDING else _sets(turn, sentence)


def _spoken_of(verb: str, rest: tuple[str, ...]) -> set[str]:
    """Return the words that may stand for what is shown: a "that" further on begins a relative clause."""
    unlike = {"one", "this", "everything"} if verb in ADDING | DELETING | SWAPPING else set[str]()
    return (set(rest) - unlike) - ({"that"} if "that" in rest[1:] and rest[0] != "that" else set())


def _is_table_dropped(turn: TurnAnalysis, sentence: Sentence, verb: str) -> bool:
    """Tell whether a whole table, or the database, is to go: "drop the table clients"."""
    if verb not in DELETING | {"drop", "empty", "clear"}:
        return False
    rest = sentence.texts[1:]
    named = any(m.score >= 0.9 and m.start > sentence.start for m in turn.mentions.tables)
    return "database" in rest[:3] or ("table" in rest[:4] and named and "from" not in rest)


def _adds(turn: TurnAnalysis, sentence: Sentence) -> bool:
    """Tell whether a new row is to be stored: "a", "another" or "new" before the name of a table."""
    rest = sentence.texts[1:]
    if sentence.texts[0] == "create" and rest[:1] != ("table",) and {"table", "database"} & set(rest[:3]):
        return "database" in rest[:3] or {"called", "named"} & set(rest[2:5]) != set()
    if _is_name_added(turn, sentence):
        return True
    if not NEW & set(rest[:2]):
        return False
    for at, text in enumerate(rest[:NOUN_REACH], start=sentence.start + 1):
        if text in ("of", "for", "with", "by", "to", "in", "from", "that", "where", "whose"):
            return False
        if text in ("record", "row", "entry") or _names(turn, at, tables_only=True):
            after = sentence.texts[at + 1 - sentence.start :][:1]
            return not after or after[0] in CALLED or not _is_column(turn, at + 1)
    return False


def _is_name_added(turn: TurnAnalysis, sentence: Sentence) -> bool:
    """Tell whether somebody or something of a name is to be stored: "add Tom Berg to the patients"."""
    texts, words = sentence.texts, sentence.words
    into = next((at for at, text in enumerate(texts) if text == "to"), 0)
    if into < 2 or not all(turn.text[word.start].isupper() for word in words[1:into]):
        return False
    after = [at for at in range(into + 1, len(texts)) if texts[at] not in ("the", "our", "list", "of")]
    return bool(after) and _names(turn, sentence.start + after[0], tables_only=True)


def _sets(turn: TurnAnalysis, sentence: Sentence) -> bool:
    """Tell whether a stored cell is to change: a column, of or for something, to or by a value."""
    rest = sentence.texts[1:]
    words_of = INTO | {"with"} if sentence.texts[0] in SWAPPING else INTO
    into = next((at for at, text in enumerate(rest) if text in words_of and at), None)
    if sentence.texts[0] == "rename" and into is not None and _is_value_named(turn, sentence):
        return True
    columns = [
        ref
        for mention in turn.mentions.columns
        if sentence.start < mention.start < sentence.start + len(sentence.texts)
        for ref, score in mention.candidates
        if score >= 0.4
    ]
    named = bool(columns) or any(
        m.score >= 0.9 and sentence.start < m.start < sentence.start + len(sentence.texts) for m in turn.mentions.tables
    )
    if not named:
        return False
    if not turn.history:
        return into is not None or sentence.texts[0] in ("update", "modify", "edit", "rename", "double", "halve")
    before = {each.column for each in constraints(turn.previous)} if turn.previous else set()
    owned = bool(({"of", "for", "where"} | OWNERS) & set(rest[:into])) or _has_owner(turn, sentence)
    return into is not None and into + 1 < len(rest) and owned and not before & set(columns)


def _is_value_named(turn: TurnAnalysis, sentence: Sentence) -> bool:
    """Tell whether a name or a stored value stands right after the verb: "rename Aster to Astra"."""
    spans = (span_of(match.mention, turn.utterance) for match in turn.matches)
    capital = turn.text[sentence.words[1].start].isupper() and not _is_column(turn, sentence.start + 1)
    return capital or any(start <= sentence.start + 1 < end for start, end in spans)


def _has_owner(turn: TurnAnalysis, sentence: Sentence) -> bool:
    """Tell whether something owns what is changed: "the lamp's price"."""
    words = sentence.words
    text = turn.text[words[0].start : words[-1].end]
    return bool(re.search(r"\w['’]s?\s", text))


def _names(turn: TurnAnalysis, at: int, *, tables_only: bool = False, part_of_more: bool = False) -> bool:
    """Tell whether a word names a table (or a column), or is a part of such a name: the "update" of "update date"."""
    spans: Iterable[tuple[int, int]] = ((m.start, m.end) for m in turn.mentions.tables if m.score >= 0.9)
    if not tables_only:
        columns = ((m.start, m.end) for m in turn.mentions.columns if m.candidates[0][1] >= 0.9)
        spans = (*spans, *columns)
    return any(start <= at < end and (not part_of_more or end - start > 1) for start, end in spans)


def _is_column(turn: TurnAnalysis, at: int) -> bool:
    """Tell whether a column is named at a word: "a customer id" is no customer."""
    return any(m.start <= at < m.end and m.candidates[0][1] >= 0.9 for m in turn.mentions.columns)
