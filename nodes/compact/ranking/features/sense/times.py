"""Times taken for what they are not: a year for a key (`race_id = 2024`), a birthday for a number (`birth_date > 60`)."""

from __future__ import annotations

from collections.abc import Sequence

from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, ColumnTerm, LiteralTerm, PlanModel, Predicate, Term


def takes_time_for_key(comparisons: Sequence[Predicate], demand: Demand) -> bool:
    """Tell whether a key is compared with a time that the words name, and that no column of times may mean by it.

    "Races in 2024": `race_id = 2024`. What stands right after a table's name is its number: "race 2024".
    """
    words, numbered = demand.inquiry.utterance.words, {mention.end for mention in demand.evidence.mentions.tables}
    dated = [each for each in demand.requirements if each.kind == "date" and each.start not in numbered]
    times = {words[at].text for each in dated for at in range(each.start, each.end)}
    timed = {option.column.folded for each in dated for option in each.options}
    return any(
        {str(term.value) for term in each.right if isinstance(term, LiteralTerm)} & times
        for each in comparisons
        if isinstance(each.left, ColumnTerm)
        and each.left.ref in demand.inquiry.keys
        and each.left.ref.folded not in timed
    )


def takes_time_for_number(part: PlanModel, demand: Demand) -> bool:
    """Tell whether an aggregate adds up times, or a comparison holds one against a number: `birth_date > 60`."""
    if isinstance(part, Aggregate) and part.function in ("sum", "avg", "total"):
        return _is_time(part.argument, demand) or _is_plain_text(part.argument, demand)
    return (
        isinstance(part, Predicate)
        and bool(part.right)
        and all(isinstance(term, LiteralTerm) and isinstance(term.value, int | float) for term in part.right)
        and _is_time(part.left, demand)
    )


def _is_plain_text(term: Term | None, demand: Demand) -> bool:
    """Tell whether a term is a text of which no sum can be taken: a city, not a price kept as a text."""
    if not isinstance(term, ColumnTerm):
        return False
    values = demand.inquiry.profiles.of(term.ref).values
    is_text = bool(values) and demand.schema.describe(term.ref).kind == "text"
    return is_text and not any(letter.isdigit() for value in values for letter in str(value))


def _is_time(term: Term | None, demand: Demand) -> bool:
    return isinstance(term, ColumnTerm) and demand.inquiry.profiles.of(term.ref).date_form == "iso"
