"""asked_people: the people whom "who" asks for, in the place of what leads to them."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.references import OF_EACH
from nodes.coverage.asked.things import SHORTEST_ROOT
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import row_names
from nodes.lexical.evidence import display_columns
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, Plan, Star, Term
from nodes.plan.sources import folded_sources
from value_index.schema import Table

MOST_TABLES = 2


def asked_people(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows the names of people that its tables lead to, the nearest and those whom the verb names first.

    "Who took them?" after orders: `SELECT number FROM orders` becomes `SELECT DISTINCT name FROM orders JOIN clerk`.
    """
    if (
        not demand.asks_who
        or plan.set_operations
        or plan.group_by
        or plan.limit is not None
        or shows_people(plan, demand)
    ):
        return
    joined = [(table, found) for table in demand.people if (found := with_table(plan, table.name, demand.schema))]
    joined.sort(key=lambda each: (not _does(each[0], demand), not _leads(plan, each[0], demand), len(each[1].tables)))
    for table, found in joined[:MOST_TABLES]:
        names: tuple[Term, ...] = row_names(table)
        keys = {key.source.folded for key in demand.schema.foreign_keys}
        kept = tuple(t for t in plan.select if not (isinstance(t, ColumnTerm) and t.ref.folded in keys))
        if plan == demand.previous and kept and OF_EACH.search(demand.inquiry.utterance.text):
            yield found.model_copy(update={"select": (*kept, *names)})
        else:
            yield found.model_copy(update={"select": names, "distinct": len(found.tables) > 1, "order_by": ()})


def shows_people(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan shows what people are called by, or all that is known of them."""
    called = {ref.folded for table in demand.people for ref in display_columns(table)}
    people = {table.name.lower() for table in demand.people}
    if any(isinstance(term, Star) for term in plan.select):
        return bool(people & folded_sources(plan))
    return any(isinstance(term, ColumnTerm) and term.ref.folded in called for term in plan.select)


def _does(table: Table, demand: Demand) -> bool:
    """Tell whether a word names a table by what its people do: "who supplies it"."""
    own = stem(name_words(table.natural_name)[-1])
    roots = [word.stem for word in demand.inquiry.utterance.words if len(word.stem) >= SHORTEST_ROOT]
    return any(own.startswith(root[: max(SHORTEST_ROOT, len(root) - 1)]) for root in roots)


def _leads(plan: Plan, table: Table, demand: Demand) -> bool:
    """Tell whether a plan shows a key that leads to a table."""
    shown = {term.ref.folded for term in plan.select if isinstance(term, ColumnTerm)}
    keys = demand.schema.foreign_keys
    return any(k.source.folded in shown and k.target.table.lower() == table.name.lower() for k in keys)
