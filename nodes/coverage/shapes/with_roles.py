"""with_roles: things beside those whom their keys name, each by its role ("articles with their author and editor")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from nodes.coverage.asked.group import asked_units
from nodes.coverage.asked.roles import role_place
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirements.all_requirements import requirements
from nodes.coverage.rows import has_name, row_names
from nodes.plan import ColumnTerm, Join, Plan, Predicate, TableSource, Term
from nodes.plan.traversal import conjunction
from value_index.schema import ForeignKey

_LISTED = re.compile(
    r"\b(?:with|and|including|plus|along with|together with|,) (?:(?:the|their|its|his|her|name|names|of|who|whom|both|person)\b\W*)*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\W*(?:(?:please|show|list|give|tell|get|display|me|us|what|are|is|the|all|both|names?|of)\b\W*)*$", re.IGNORECASE
)
FIRST = 2
"""Words before what things are called by, where that stands for them: "titles with the editor"."""


def with_roles(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of some things with what the keys that the words list by their roles refer to.

    "Articles and who wrote them": `SELECT title, name FROM article JOIN person ON written_by = person_id`.
    """
    evidence = inquiry.evidence
    if evidence.aggregates or evidence.superlatives or evidence.cues.count is not None or asked_units(inquiry):
        return
    keys = _listed(inquiry)
    if not keys or len({key.source.table for _, key in keys}) > 1:
        return
    name = keys[0][1].source.table
    targets = {key.target.table for _, key in keys}
    plan: Plan | None = Plan(tables=(TableSource(table=name),), joins=())
    asked = requirements(inquiry)
    places = {at for at, _ in keys}
    told = [each for each in asked if not places & set(range(each.start, each.end))]
    for each in told:
        held = each.options[0].column.table
        if held in targets and held != name:
            return  # of which of them it is told no word says
        plan = with_table(plan, held, inquiry.schema) if plan else None
    if plan is not None:
        where = conjunction(tuple(c for each in told for c in each.options[0].conditions))
        yield _beside(plan.model_copy(update={"where": where}), inquiry, keys)


def _listed(inquiry: Inquiry) -> list[tuple[int, ForeignKey]]:
    """Return the keys whose roles are listed, in the order of the words: all of one table that the words name."""
    text, words = inquiry.utterance.text, inquiry.utterance.words
    named = {m.table for m in inquiry.evidence.mentions.tables if m.score >= NAMED}
    named |= {
        ref.table
        for m in inquiry.evidence.named
        for ref, score in m.candidates[:1]
        if score >= NAMED and m.start <= FIRST
    }
    found: dict[int, ForeignKey] = {}
    for key in inquiry.schema.foreign_keys:
        at = role_place(key, inquiry) if key.source.table in named and key.source.table != key.target.table else None
        if at is not None:
            before = text[: words[at].start]
            if _LISTED.search(before) or _OPENING.match(before):
                found.setdefault(at, key)
    first = min(found, default=0)
    opens = bool(found) and bool(_OPENING.match(text[: words[first].start]))
    return sorted(found.items()) if not opens or len(found) > 1 else []


def _beside(plan: Plan, inquiry: Inquiry, keys: list[tuple[int, ForeignKey]]) -> Plan:
    """Return a plan with what each key refers to beside what the things are called by, where they are named first."""
    source = inquiry.schema.table(keys[0][1].source.table)
    assert source is not None
    opens = inquiry.utterance.text[: inquiry.utterance.words[keys[0][0]].start]
    first = not _OPENING.match(opens)
    shown: list[Term] = [*row_names(source)] if first and has_name(source) else []
    tables, joins = list(plan.tables), list(plan.joins or ())
    times = Counter(each.table for each in plan.tables if isinstance(each, TableSource))
    for _, key in keys:
        target, n = inquiry.schema.table(key.target.table), times[key.target.table]
        assert target is not None
        times[target.name] += 1
        shown += [term.model_copy(update={"occurrence": n}) for term in row_names(target)]
        right = ColumnTerm(table=key.target.table, column=key.target.column, occurrence=n)
        on = Predicate(left=ColumnTerm.of(key.source), operator="=", right=(right,))
        joins.append(Join(kind="left" if inquiry.profiles.of(key.source).has_null else "inner", on=on))
        tables.append(TableSource(table=target.name))
    return plan.model_copy(update={"select": tuple(shown), "tables": tuple(tables), "joins": tuple(joins)})
