"""People: tables of persons and organisations, and whether the words ask who."""

from __future__ import annotations

from nodes.coverage.asked.things import OPENING
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.lexical.utterance import name_words, stem
from value_index.schema import Column, Table

_PERSONAL = frozenset(
    map(stem, ("surname", "firstname", "lastname", "fname", "lname", "gender", "sex", "birthday", "birthdate", "dob", "email", "nationality"))
)  # fmt: skip
"""Stems of columns that only people have."""
_NAMES = frozenset(
    (("first", "name"), ("last", "name"), ("given", "name"), ("family", "name"), ("birth", "date"), ("date", "birth"))
)
_PEOPLE = frozenset(map(stem, [
    "person", "people", "customer", "client", "employee", "staff", "user", "member", "student", "pupil", "teacher",
    "professor", "instructor", "lecturer", "author", "writer", "actor", "actress", "director", "singer", "musician",
    "artist", "composer", "player", "coach", "driver", "pilot", "owner", "manager", "agent", "seller", "buyer",
    "supplier", "vendor", "guest", "visitor", "patient", "doctor", "physician", "nurse", "tenant", "host",
    "candidate", "voter", "judge", "worker", "subscriber", "donor", "volunteer", "passenger", "rider", "winner",
    "editor", "reviewer", "contact", "party", "salesperson", "technician", "engineer", "sponsor", "shipper", "borrower",
    "lender", "sender", "recipient", "trainer", "producer", "designer", "founder", "tutor", "advisor",
]))  # fmt: skip
"""Stems of words for people, and for organisations that act as they do."""


_COUNTED = frozenset(("people", "persons", "individuals", "staff"))
_PERSONS = frozenset(("who", "whom", "whose"))


def speaks_of_somebody(inquiry: Inquiry) -> bool:
    """Tell whether a word anywhere stands for somebody who is asked for: "Show those who drove them"."""
    return any(word.text in _PERSONS for word in inquiry.utterance.words)


def asks_who(inquiry: Inquiry) -> bool:
    """Tell whether the words ask who: "Who took them?", "Whose are they?", "Whose level is 5?"."""
    words = [word.text for word in inquiry.utterance.words]
    first = next((at for at, word in enumerate(words) if word not in OPENING), len(words))
    return words[first : first + 1] in (["who"], ["whom"], ["whose"]) or words[first : first + 2] in (
        ["by", "whom"],
        ["for", "whom"],
    )


def counts_people(inquiry: Inquiry) -> bool:
    """Tell whether the words ask how many people there are, and nothing of the schema bears that name."""
    asked, words = inquiry.evidence.cues.count, inquiry.utterance.words
    if asked is None:
        return False
    places = {at for at in range(asked, min(len(words), asked + 3)) if words[at].text in _COUNTED}
    mentions = (
        *((m.start, m.candidates[0][1]) for m in inquiry.evidence.mentions.columns),
        *((m.start, m.score) for m in inquiry.evidence.mentions.tables),
    )
    return bool(places) and not any(start in places and score >= NAMED for start, score in mentions)


def people_tables(inquiry: Inquiry) -> tuple[Table, ...]:
    """Return the tables whose rows are people, by their own name or by what only people have.

    A list of keys (`book_author`) is none, since a row of it is a pair. Where the words name a key that leads to people
    ("the support rep" for `support_rep_id`), these alone are meant.
    """
    keys = {ref.folded for ref in inquiry.keys}
    found = tuple(
        table
        for table in inquiry.schema.tables
        if not all((table.name.lower(), column.name.lower()) in keys for column in table.columns)
        and (stem(name_words(table.natural_name)[-1]) in _PEOPLE or any(_is_personal(c) for c in table.columns))
    )
    named = {ref for m in inquiry.evidence.mentions.columns for ref, score in m.candidates[:1] if score >= NAMED}
    meant = {key.target.table for key in inquiry.schema.foreign_keys if key.source in named}
    return tuple(table for table in found if table.name in meant) or found


def _is_personal(column: Column) -> bool:
    """Tell whether a column holds what only people have: a last name, a birthday."""
    words = name_words(column.natural_name)
    return words[-2:] in _NAMES or any(stem(word) in _PERSONAL for word in words[-1:])
