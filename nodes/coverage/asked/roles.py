"""Roles of several keys to one table: told apart by their names and the words ("to" speaks of a destination)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, Join, Plan, Predicate
from nodes.plan.traversal import columns, conjunction, conjuncts
from value_index.schema import ColumnRef, ForeignKey, Schema

_KEY_WORDS = frozenset(map(stem, ("id", "key", "code", "no", "nr", "number", "sk", "fk", "ref")))
CLEAR = 1.0
"""Score of a key whose own name is said."""
DONE = 0.9
"""Score of a key whose role a word says in another form: "wrote" of `written_by`."""
_BY = frozenset(map(stem, ("by", "is", "the", "of", "main")))
_ROLES: tuple[tuple[frozenset[str], frozenset[str]], ...] = tuple(
    (frozenset(said.split()), frozenset(map(stem, named.split())))
    for said, named in (
        ("to into toward towards received receive receives receiving end ends ending arrive arrives arriving reach reaches land lands destination destinations",
         "destination dest arrival arrive to target end landing receiver recipient"),
        ("from sent send sends sending leave leaves leaving depart departs departing start starts starting out origin origins source",
         "origin source departure depart from start src sender"),
        ("do does did done doing perform performed", "done doing performed performer"),
    )
)  # fmt: skip
"""Words of an utterance, and the words of a key's name that they speak of."""


_FAMILIES: dict[str, str] = {
    word: words.split()[0]
    for words in (
        "write writes wrote written writing writer writers author authors authored", "drive drives drove driven driving driver drivers",
        "sell sells sold selling seller sellers vendor vendors", "buy buys bought buying buyer buyers purchaser purchased",
        "send sends sent sending sender senders", "receive receives received receiving receiver receivers recipient recipients",
        "lead leads led leading leader leaders", "win wins won winning winner winners", "lose loses lost losing loser losers",
        "make makes made making maker makers", "give gives gave given giving giver givers", "pay pays paid paying payer payers",
        "fly flies flew flown flying", "teach teaches taught teaching teacher teachers", "take takes took taken taking taker takers",
        "ride rides rode ridden riding rider riders", "sing sings sang sung singing singer singers", "own owns owned owner owners",
        "bring brings brought", "find finds found finder", "do does did done doing doer", "speak speaks spoke spoken speaker speakers", "hold holds held holder holders",
    )
    for word in words.split()
}  # fmt: skip
"""What somebody does, and what he is called who does it, where one ending more or less does not tell."""
_ENDINGS = re.compile(r"(?:ers?|ors?|ing|ed|es|s|e)$")
SHORTEST_KIN = 3
"""Letters that a deed and who does it share at least: baked, baker."""


def kin(word: str) -> str:
    """Return what a deed and who does it have in common: "edit" of edited and editor, "write" of wrote and author.

    >>> kin("editor") == kin("edited"), kin("author") == kin("written")
    (True, True)
    """
    word = word.removesuffix("'s").removesuffix("’s").removesuffix("s'")
    root = _ENDINGS.sub("", word)
    return _FAMILIES.get(word, root if len(root) >= SHORTEST_KIN else word)


def role_place(key: ForeignKey, inquiry: Inquiry) -> int | None:
    """Return the word that says as what a key refers to its target: "who edited them" for `edited_by`; None if none does.

    The names of both tables say no role: `author_id` to authors has none.
    """
    if key.source.folded in inquiry.named_roles:
        return inquiry.named_roles[key.source.folded]
    names = {stem(word) for name in (key.source.table, key.target.table) for word in name_words(name)}
    own = {kin(word) for word in name_words(key.source.column) if stem(word) not in _KEY_WORDS | _BY | names}
    words = inquiry.utterance.words
    return next((at for at, word in enumerate(words) if kin(word.text) in own), None)


def rivals(schema: Schema, source: ColumnRef, target: ColumnRef) -> tuple[ColumnRef, ...]:
    """Return the other keys from the same table to the same column."""
    return tuple(
        key.source
        for key in schema.foreign_keys
        if key.target.folded == target.folded and key.source.table.lower() == source.table.lower()
        and key.source.folded != source.folded
    )  # fmt: skip


def turned_keys(schema: Schema, source: ColumnRef, target: ColumnRef) -> tuple[ColumnRef, ...]:
    """Return the keys that lead the other way between the same tables: `club.captain_id` for `member.club_id`."""
    return tuple(
        key.source
        for key in schema.foreign_keys
        if key.source.table.lower() == target.table.lower() and key.target.table.lower() == source.table.lower()
    )


def _sides(predicate: Predicate, schema: Schema) -> tuple[ColumnTerm, ColumnTerm] | None:
    """Return the referring and the referred side of a join, where it is a declared key."""
    if predicate.operator != "=" or len(predicate.right) != 1:
        return None
    left, right = predicate.left, predicate.right[0]
    if not isinstance(left, ColumnTerm) or not isinstance(right, ColumnTerm):
        return None
    keys = {(key.source.folded, key.target.folded) for key in schema.foreign_keys}
    for one, other in ((left, right), (right, left)):
        if (_folded(one), _folded(other)) in keys:
            return one, other
    return None


def _folded(term: ColumnTerm) -> tuple[str, str]:
    return term.table.lower(), term.column.lower()


def _ref(term: ColumnTerm) -> ColumnRef:
    return term.ref


def other_keys(plan: Plan, schema: Schema) -> Iterator[Plan]:
    """Yield a plan with one of its joins by another key between the same tables."""
    for place, join in enumerate(plan.joins or ()):
        parts = conjuncts(join.on)
        if len(parts) != 1 or not isinstance(parts[0], Predicate) or (sides := _sides(parts[0], schema)) is None:
            continue
        source, target = sides
        for rival in rivals(schema, _ref(source), _ref(target)):
            moved = source.model_copy(update={"column": rival.column})
            yield _joined_by(plan, place, moved, target)
        for key in schema.foreign_keys:
            if key.source in turned_keys(schema, _ref(source), _ref(target)):
                yield _joined_by(
                    plan,
                    place,
                    target.model_copy(update={"column": key.source.column}),
                    source.model_copy(update={"column": key.target.column}),
                )


def _joined_by(plan: Plan, place: int, source: ColumnTerm, target: ColumnTerm) -> Plan:
    joins = list(plan.joins or ())
    on = Predicate(left=source, operator="=", right=(target,))
    joins[place] = Join(kind=joins[place].kind, on=conjunction((on,)))
    return plan.model_copy(update={"joins": tuple(joins)})


def role_fit(plan: Plan, inquiry: Inquiry) -> float:
    """Return how well the keys that a plan joins by fit the words: 1 for each right one, -1 for each wrong one."""
    total = 0.0
    for join in plan.joins or ():
        for part in conjuncts(join.on):
            sides = _sides(part, inquiry.schema) if isinstance(part, Predicate) else None
            if sides and (others := rivals(inquiry.schema, _ref(sides[0]), _ref(sides[1]))):
                own, best = said_role(_ref(sides[0]), inquiry), max(said_role(other, inquiry) for other in others)
                before = {_ref(sides[0]), *others} & _joined_before(inquiry)
                if before and best < CLEAR and own < CLEAR:  # "the ones from France" does not turn the routes around
                    own, best = float(_ref(sides[0]) in before), float(_ref(sides[0]) not in before)
                total += (own > best) - (own < best)
            elif sides and (turned := turned_keys(inquiry.schema, _ref(sides[0]), _ref(sides[1]))):
                own = _membership(_ref(sides[0]), sides[1].table, inquiry)
                best = max(_membership(other, sides[0].table, inquiry) for other in turned)
                total += (own > best) - (own < best)
    return total


def _membership(ref: ColumnRef, target: str, inquiry: Inquiry) -> float:
    """Return how well a key between two tables fits where others lead back: one with a role only where that is said.

    "Members of each club" is `member.club_id`, "the captain of each club" is `club.captain_id`.
    """
    own = frozenset(map(stem, name_words(inquiry.schema.describe(ref).natural_name)))
    role = own - inquiry.table_stems(target) - inquiry.table_stems(ref.table) - _KEY_WORDS
    if ref.folded in inquiry.named_roles:
        return 2 * CLEAR
    return 0.5 * CLEAR if not role else float(bool(role & set(inquiry.stems)))


def _joined_before(inquiry: Inquiry) -> frozenset[ColumnRef]:
    """Return the columns of the joins of the turn before."""
    before = inquiry.evidence.previous
    joins = before.joins or () if before else ()
    return frozenset(_ref(term) for join in joins if join.on for term in columns(join.on))


def said_role(ref: ColumnRef, inquiry: Inquiry) -> float:
    """Return how clearly the words speak of a key's role."""
    if ref.folded in inquiry.named_roles:
        return 2 * CLEAR
    stems = frozenset(map(stem, name_words(ref.column))) - frozenset(map(stem, name_words(ref.table)))
    words = {word.text for word in inquiry.utterance.words} - _sent_to(inquiry)
    said = float(bool(stems & set(inquiry.stems))) or DONE * bool(
        {*map(kin, name_words(ref.column))} & {*map(kin, words)} - {*map(kin, name_words(ref.table))} - _BY
    )
    return said + 0.8 * any(words & said and stems & named for said, named in _ROLES)


def _sent_to(inquiry: Inquiry) -> frozenset[str]:
    """Return the verbs of leaving right before "to": what is sent to a place has it as its end."""
    pairs = pairwise(word.text for word in inquiry.utterance.words)
    return frozenset(one for one, two in pairs if two == "to")
