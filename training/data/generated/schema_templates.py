"""The kinds of questions that are generated, each a function that draws one as words and plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nodes.plan import (
    ROW_COUNT,
    Aggregate,
    AggregateFunction,
    ColumnTerm,
    LiteralTerm,
    Ordering,
    Plan,
    Predicate,
    SetOperation,
    SubPlan,
    TableSource,
    Term,
)
from training.data.generated import phrasing
from training.data.generated.phrasing import (
    a,
    listed,
    pick,
    plural,
    singular,
)
from training.data.generated.schema_parts import SchemaPart, draw_part
from training.data.generated.schema_sketch import Sketch, term
from value_index.schema import Column, ForeignKey, Table

Drawn = tuple[str, Plan] | None
Template = Callable[[Sketch], Drawn]
MOST_GROUPS = 25
"""Values by which people still group."""
_UNCOUNTED = ("year", "number", "phone", "code", "zip", "room")
"""Last words of the names of numbers that nobody adds up."""


def _shown(sketch: Sketch) -> Drawn:
    part = draw_part(sketch)
    columns = _columns(sketch, part)
    if not columns:
        return None
    once = part.repeats or (len(columns) == 1 and sketch.draw.random() < 0.3)
    ways = phrasing.SHOW_ONCE if once and not part.repeats else phrasing.SHOW
    words = pick(sketch.draw, ways, what=_several(sketch, columns), of=part.words)
    return words, part.plan([term(part.table, c) for c in columns], distinct=once)


def _beside(sketch: Sketch) -> Drawn:
    """Columns of a table beside those of the table it refers to."""
    part = draw_part(sketch)
    parents = sketch.parents(part.table)
    if not parents or part.repeats:
        return None
    other, _ = sketch.draw.choice(parents)
    own, theirs = sketch.label(part.table), sketch.label(other)
    if own is None or theirs is None:
        return None
    what = f"{own.natural_name} and the {singular(other.natural_name)} {theirs.natural_name}"
    plan = part.plan([term(part.table, own), term(other, theirs)])
    sources = tuple(dict.fromkeys([*plan.tables, TableSource(table=other.name)]))
    return pick(sketch.draw, phrasing.SHOW, what=what, of=part.words), plan.model_copy(update={"tables": sources})


def _sorted(sketch: Sketch) -> Drawn:
    part = draw_part(sketch)
    columns, by = _columns(sketch, part), _number(sketch, part.table)
    if not columns or by is None or part.repeats:
        return None
    down = sketch.draw.random() < 0.5
    ending = pick(sketch.draw, phrasing.SORTED, by=by.natural_name, way="descending" if down else "ascending")
    asked = pick(sketch.draw, phrasing.SHOW[1:5], what=_several(sketch, columns), of=part.words)
    order = (Ordering(term=term(part.table, by), descending=down),)
    return asked.rstrip(".?") + ending + ".", part.plan([term(part.table, c) for c in columns], order_by=order)


def _counted(sketch: Sketch) -> Drawn:
    part = draw_part(sketch, least=1)
    if part.repeats:
        return None
    return pick(sketch.draw, phrasing.COUNT, of=part.words), part.plan([ROW_COUNT])


def _amount(sketch: Sketch) -> Drawn:
    part = draw_part(sketch)
    by = _number(sketch, part.table)
    if by is None or part.repeats or by.natural_name.split()[-1] in _UNCOUNTED:
        return None
    functions = sketch.draw.sample(list(phrasing.AMOUNT), sketch.draw.choice((1, 1, 1, 2)))
    names = [pick(sketch.draw, phrasing.AMOUNT[function], what=by.natural_name) for function in functions]
    start = sketch.draw.choice(("What is the", "Find the", "Show the", "Tell me the"))
    if len(names) > 1 and start == "What is the":
        start = "What are the"
    end = "?" if start.startswith("What") else "."
    return f"{start} {listed(names)} of {part.words}{end}", part.plan([_of(f, part.table, by) for f in functions])


def _each(sketch: Sketch) -> Drawn:
    part = draw_part(sketch)
    texts = [c for c in sketch.columns(part.table, "text", "boolean") if not part.compares(c)]
    groups = [c for c in texts if 1 < len(sketch.values(part.table, c)) <= MOST_GROUPS]
    if not groups or part.repeats:
        return None
    group = sketch.draw.choice(groups)
    asked = pick(sketch.draw, phrasing.EACH, of=part.words, what=group.natural_name)
    key = term(part.table, group)
    return asked, part.plan([key, ROW_COUNT], group_by=(key,))


def _each_parent(sketch: Sketch) -> Drawn:
    """How many rows refer to each row of a table."""
    found = _family(sketch)
    if found is None:
        return None
    one, label, many, key = found
    nouns = _called(sketch, one, many)
    asked = pick(sketch.draw, phrasing.EACH, of=nouns, what=singular(one.natural_name))
    asked = f"{asked[:-1]}, by {label.natural_name}{asked[-1]}" if sketch.draw.random() < 0.5 else asked
    return asked, _joined(one, many, [term(one, label), ROW_COUNT], key)


def _most(sketch: Sketch) -> Drawn:
    found = _family(sketch)
    if found is None:
        return None
    one, label, many, key = found
    nouns = _called(sketch, one, many)
    down = sketch.draw.random() < 0.75
    words = {"one": singular(one.natural_name), "many": nouns, "what": label.natural_name}
    asked = pick(sketch.draw, phrasing.MOST if down else phrasing.FEWEST, **words)
    order = (Ordering(term=ROW_COUNT, descending=down),)
    return asked, _joined(one, many, [term(one, label)], key, order_by=order, limit=1)


def _more_than(sketch: Sketch) -> Drawn:
    found = _family(sketch)
    if found is None:
        return None
    one, label, many, key = found
    nouns = _called(sketch, one, many)
    number = sketch.draw.randint(1, 5)
    said = pick(sketch.draw, phrasing.MORE_THAN, number=number, many=nouns)
    having = Predicate(left=ROW_COUNT, operator=">", right=(LiteralTerm(value=number),))
    asked = pick(sketch.draw, phrasing.SHOW, what=label.natural_name, of=f"{plural(one.natural_name)} {said}")
    return asked, _joined(one, many, [term(one, label)], key, having=having)


def _lacking(sketch: Sketch) -> Drawn:
    found = _family(sketch)
    if found is None:
        return None
    one, label, many, key = found
    nouns = _called(sketch, one, many)
    said = pick(sketch.draw, phrasing.LACKING, many=nouns)
    theirs = ColumnTerm(table=many.name, column=key.source.column)
    inner = Plan(select=(theirs,), tables=(TableSource(table=many.name),))
    own = ColumnTerm(table=one.name, column=key.target.column)
    lacking = Predicate(left=own, operator="not in", right=(SubPlan(plan=inner),))
    part = SchemaPart(one, (one,), near=(said,), predicates=(lacking,))
    if sketch.draw.random() < 0.3:
        return pick(sketch.draw, phrasing.COUNT, of=part.words), part.plan([ROW_COUNT])
    return pick(sketch.draw, phrasing.SHOW, what=label.natural_name, of=part.words), part.plan([term(one, label)])


def _top(sketch: Sketch) -> Drawn:
    part = draw_part(sketch)
    columns, by = _columns(sketch, part), _number(sketch, part.table)
    if not columns or by is None or part.repeats:
        return None
    down, number = sketch.draw.random() < 0.6, sketch.draw.choice((1, 1, 3, 5))
    end = sketch.draw.choice(("highest", "largest") if down else ("lowest", "smallest"))
    words = {"what": listed([c.natural_name for c in columns]), "end": end, "by": by.natural_name}
    asked = pick(sketch.draw, phrasing.EXTREME, one=part.one, **words) if number == 1 else pick(
        sketch.draw, phrasing.TOP, number=number, of=part.words, **words
    )  # fmt: skip
    order = (Ordering(term=term(part.table, by), descending=down),)
    return asked, part.plan([term(part.table, c) for c in columns], order_by=order, limit=number)


def _beyond_average(sketch: Sketch) -> Drawn:
    table = sketch.draw.choice(sketch.tables)
    by, label = _number(sketch, table), sketch.label(table)
    if by is None or label is None:
        return None
    above = sketch.draw.random() < 0.6
    inner = Plan(select=(_of("avg", table, by),), tables=(TableSource(table=table.name),))
    compared = Predicate(left=term(table, by), operator=">" if above else "<", right=(SubPlan(plan=inner),))
    said = f"whose {by.natural_name} is {'above' if above else 'below'} the average"
    part = SchemaPart(table, (table,), near=(said,), predicates=(compared,))
    return pick(sketch.draw, phrasing.SHOW, what=label.natural_name, of=part.words), part.plan([term(table, label)])


def _both(sketch: Sketch) -> Drawn:
    """Rows of a table with children of two kinds, or of one kind and not the other."""
    found = _family(sketch)
    if found is None:
        return None
    one, label, many, _ = found
    columns = [c for c in sketch.columns(many, "text") if 1 < len(sketch.values(many, c)) < 40]
    if not columns:
        return None
    column = sketch.draw.choice(columns)
    first, second = sketch.draw.sample(sketch.values(many, column), 2)
    plans = [
        SchemaPart(one, (one, many), predicates=(_equal(many, column, value),)).plan([term(one, label)])
        for value in (first, second)
    ]
    without = sketch.draw.random() < 0.4
    noun, what = a(many.natural_name), column.natural_name
    said = f"{plural(one.natural_name)} that have {noun} with {what} {first!r}"
    said += f" but none with {what} {second!r}" if without else f" and one with {what} {second!r}"
    operation = SetOperation(operator="except" if without else "intersect", plan=plans[1])
    asked = pick(sketch.draw, phrasing.SHOW, what=label.natural_name, of=said)
    return asked, plans[0].model_copy(update={"set_operations": (operation,)})


TEMPLATES: tuple[Template, ...] = (
    _shown, _beside, _most, _counted, _each_parent, _amount, _lacking, _top, _each, _more_than, _beside, _both, _sorted,
    _beyond_average, _shown,
)  # fmt: skip


def _columns(sketch: Sketch, part: SchemaPart) -> list[Column]:
    """Draw one to three columns that nothing was said of, in the order of the table."""
    columns = [column for column in sketch.columns(part.table) if not part.compares(column)]
    chosen = sketch.draw.sample(columns, min(len(columns), sketch.draw.choice((1, 1, 2, 2, 3))))
    return [column for column in columns if column in chosen]


def _number(sketch: Sketch, table: Table) -> Column | None:
    numbers = sketch.numbers(table)
    return sketch.draw.choice(numbers) if numbers else None


def _several(sketch: Sketch, columns: Sequence[Column]) -> str:
    """Name columns of several rows: mostly in the plural."""
    many = sketch.draw.random() < 0.7
    return listed(
        [plural(c.natural_name) if many and c.natural_name[-1].isalpha() else c.natural_name for c in columns]
    )


def _called(sketch: Sketch, one: Table, many: Table) -> str:
    """Return what people call the rows that refer to a table: for a table of keys alone, what these refer to beyond."""
    beyond = [table for table, _ in sketch.parents(many) if table != one]
    return plural((beyond[0] if len(beyond) == 1 and not sketch.columns(many) else many).natural_name)


def _family(sketch: Sketch) -> tuple[Table, Column, Table, ForeignKey] | None:
    """Draw a table, what its rows are called by, and a table that refers to it."""
    one = sketch.draw.choice(sketch.tables)
    label, children = sketch.label(one), sketch.children(one)
    if label is None or not children:
        return None
    return one, label, *sketch.draw.choice(children)


def _joined(one: Table, many: Table, select: Sequence[Term], key: ForeignKey, **more: Any) -> Plan:
    own = ColumnTerm(table=one.name, column=key.target.column)
    return SchemaPart(one, (one, many)).plan(select, group_by=(own,), **more)


def _of(function: AggregateFunction, table: Table, column: Column) -> Aggregate:
    return Aggregate(function=function, argument=term(table, column))


def _equal(table: Table, column: Column, value: Any) -> Predicate:
    return Predicate(left=term(table, column), operator="=", right=(LiteralTerm(value=value),))
