"""shown_things: the names of the things that are asked for in place of what only the conditions speak of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from nodes.coverage.asked.things import shows_figures_only
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import row_names
from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import DISPLAY_WORDS
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Aggregate, ColumnTerm, Ordering, Plan, Star, TableSource, Term
from nodes.plan.traversal import columns
from value_index.schema import ColumnRef, Schema


def shown_things(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows the first named table's rows, or its own first table's, by their names.

    "Which films have no director?": `SELECT director ... WHERE director IS NULL` becomes `SELECT title ...`.
    """
    if shows_another_name(plan, demand):
        yield from _called_rightly(plan, demand)
    if (key := key_for_names(plan, demand)) is not None:
        yield plan.model_copy(update={"select": (ColumnTerm.of(key),), "distinct": False})
    yield from _things_for_figures(plan, demand)
    yield from _rows_of_one_table(plan, demand)
    if plan.set_operations or plan.group_by or not shows_conditions(plan, demand):
        return
    flags = _flags_asked(demand)
    shown = next(term.table for term in plan.select if isinstance(term, ColumnTerm))
    flagged = [term.table for term in plan.select if isinstance(term, ColumnTerm) and term.ref.folded in flags]
    named = [m.table for m in demand.inquiry.named_tables if demand.evidence.in_head(m.start)]
    for name in dict.fromkeys((*flagged[:1], *named[:1], shown)):
        table, joined = demand.schema.table(name), with_table(plan, name, demand.schema)
        if table is not None and joined is not None:
            terms: tuple[Term, ...] = row_names(table)
            yield joined.model_copy(update={"select": terms})


def key_for_names(plan: Plan, demand: Demand) -> ColumnRef | None:
    """Return the key of the rows asked for, where a plan shows only a name of something else in them; None elsewhere.

    "Which orders were late?": ship_name is whom they went to, and several orders share it; order_id is none but theirs.
    """
    shown = plan.select[0] if len(plan.select) == 1 and not plan.group_by else None
    if not isinstance(shown, ColumnTerm) or shown.table != demand.table_asked:
        return None
    table, inquiry = demand.schema.table(shown.table), demand.inquiry
    words = name_words(demand.schema.describe(shown.ref).natural_name) if table else ()
    own = inquiry.table_stems(shown.table) | set(map(stem, DISPLAY_WORDS))
    if table is None or table.key is None or words[-1:] != ("name",) or {stem(w) for w in words} <= own:
        return None
    said = {word.text for word in inquiry.utterance.words} & {"name", "names"}
    is_theirs = bool(said) or inquiry.profiles.is_unique(shown.ref)
    return None if is_theirs else table.key


def _things_for_figures(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows things in the place of a count or an extreme of them.

    "What is the longest track?": `SELECT max(seconds) FROM track` becomes `SELECT title ... ORDER BY seconds DESC LIMIT 1`.
    """
    first = plan.tables[0] if plan.tables else None
    if plan.set_operations or not isinstance(first, TableSource):
        return
    ranked = demand.thing_ranked
    if shows_figures_only(plan, frozenset(("count",))) and demand.asks_which:
        yield plan.model_copy(update={"select": tuple(map(ColumnTerm.of, called(first.table, demand)))})
    elif ranked and shows_figures_only(plan, frozenset(("max", "min"))) and isinstance(plan.select[0], Aggregate):
        order = Ordering(term=plan.select[0].argument, descending=plan.select[0].function == "max")
        shown = tuple(map(ColumnTerm.of, called(ranked, demand)))
        joined = with_table(plan, ranked, demand.schema)
        if joined is not None and shown:
            yield joined.model_copy(update={"select": shown, "order_by": (order,), "limit": 1})


def _rows_of_one_table(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows the rows of the table asked for in the place of the joined rows of all.

    "Every invoice of Ada Lund": `SELECT * FROM client JOIN invoice` becomes `SELECT invoice.* ...`.
    """
    if plan.select != (Star(),) or len(plan.tables) < 2 or plan.group_by:
        return
    tables = [source.table.lower() if isinstance(source, TableSource) else "" for source in plan.tables]
    for mention in demand.inquiry.named_tables:
        if mention.table.lower() in tables:
            yield plan.model_copy(update={"select": (Star(source=tables.index(mention.table.lower())),)})
            return


def _called_rightly(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows the tables' own names in the place of its other unnamed texts."""
    select: list[Term] = []
    for term in plan.select:
        if isinstance(term, ColumnTerm) and term not in plan.group_by and _is_another_name(term, demand):
            select += map(ColumnTerm.of, called(term.table, demand))
        else:
            select.append(term)
    yield plan.model_copy(update={"select": tuple(dict.fromkeys(select))})


def shows_conditions(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan shows nothing but columns that a yes/no, missing or excluded value is asked of."""
    kinds = ("flag", "null", "columns", *(("date",) if _asks_things(demand) else ()))
    asked = {o.column.folded for r in demand.requirements if r.kind in kinds for o in r.options[:1]}
    if _asks_things(demand):  # "longer than estimated": neither figure is asked for
        held = [o for r in demand.requirements if r.kind == "columns" for o in r.options[:1]]
        asked |= {term.ref.folded for o in held for each in o.conditions for term in columns(each)}
    shown = [term.ref.folded for term in plan.select if isinstance(term, ColumnTerm)]
    if not shown or len(shown) != len(plan.select):
        return False
    return set(shown) <= asked or bool(set(shown) & _flags_asked(demand))


def _asks_things(demand: Demand) -> bool:
    """Tell whether a first question asks for the rows of a table, and not when something was."""
    words = [word.text for word in demand.inquiry.utterance.words[:3]]
    named = any(demand.evidence.in_head(m.start) for m in demand.inquiry.named_tables)
    return demand.previous is None and named and not {"when", "date", "dates"} & set(words)


def _flags_asked(demand: Demand) -> set[tuple[str, str]]:
    """Return the yes/no columns that a first question asks to hold: "which admins" shows no is_admin."""
    flags = [r for r in demand.requirements if r.kind == "flag"] if demand.previous is None else []
    return {o.column.folded for r in flags for o in r.options[:1]} - {ref.folded for ref in demand.listed}


def shows_another_name(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan shows a text that no word names, of a table called by what the plan does not use.

    "Which makers are there?": the country of each in place of its name.
    """
    kept = (*plan.group_by, *demand.shown_before)
    terms = [term for term in plan.select if isinstance(term, ColumnTerm) and term not in kept]
    others = [term.table for term in terms if _is_another_name(term, demand)]
    used = {term.ref for term in columns(plan)} if others else set[ColumnRef]()
    return any(used.isdisjoint(called(table, demand)) for table in others)


def _is_another_name(term: Term, demand: Demand) -> bool:
    """Tell whether a term is a text that no word names, of a table that is called by something else."""
    if not isinstance(term, ColumnTerm) or demand.schema.column(term.table, term.column) is None:
        return False
    is_text = demand.schema.describe(term.ref).kind == "text" and term.ref not in demand.inquiry.keys
    names = called(term.table, demand)
    return bool(names) and is_text and term.ref not in names and not demand.evidence.mentions.column_score(term.ref)


def called(table: str, demand: Demand) -> tuple[ColumnRef, ...]:
    """Return the columns that the rows of a table are called by."""
    return _called(table.lower(), demand.schema)


@lru_cache(maxsize=4096)
def _called(table: str, schema: Schema) -> tuple[ColumnRef, ...]:
    found = schema.table(table)
    return display_columns(found) if found else ()
