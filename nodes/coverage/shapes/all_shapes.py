"""asked_shapes: the whole queries that the words of a first question stand for; and whether a plan is one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.shapes.beside_superior import beside_superior
from nodes.coverage.shapes.best_rated import best_rated
from nodes.coverage.shapes.beyond_bound import beyond_bound
from nodes.coverage.shapes.beyond_every import beyond_every
from nodes.coverage.shapes.both_times import both_times
from nodes.coverage.shapes.extreme_of_each import extreme_of_each
from nodes.coverage.shapes.from_to import from_to
from nodes.coverage.shapes.growth_of_figure import growth_of_figure
from nodes.coverage.shapes.most_active import most_active
from nodes.coverage.shapes.nth_extreme import nth_extreme
from nodes.coverage.shapes.other_side import other_side
from nodes.coverage.shapes.ranked_average import ranked_average
from nodes.coverage.shapes.ranked_period import ranked_period
from nodes.coverage.shapes.ranked_sum import ranked_sum
from nodes.coverage.shapes.share_of_sum import share_of_sum
from nodes.coverage.shapes.sum_of_columns import columns_reckoned
from nodes.coverage.shapes.things_with_many import things_with_many
from nodes.coverage.shapes.two_at_once import two_at_once
from nodes.coverage.shapes.with_roles import with_roles
from nodes.coverage.shapes.with_superior import with_superior
from nodes.plan import ColumnTerm, Plan
from nodes.plan.traversal import conjuncts, is_figure, table_names
from nodes.sql.joins.fill import with_joins

SHAPES: tuple[Callable[[Inquiry], Iterator[Plan]], ...] = (
    nth_extreme,
    beside_superior,
    extreme_of_each,
    columns_reckoned,
    two_at_once,
    other_side,
    ranked_average,
    ranked_period,
    ranked_sum,
    with_superior,
    things_with_many,
    beyond_bound,
    beyond_every,
    best_rated,
    most_active,
    growth_of_figure,
    both_times,
    with_roles,
    from_to,
    share_of_sum,
)


def asked_shapes(inquiry: Inquiry) -> tuple[Plan, ...]:
    """Return the plans of the first shape that the words have; none where they refer to a turn before."""
    if inquiry.evidence.previous is not None:
        return ()
    for shape in SHAPES:
        if found := tuple(with_joins(plan, inquiry.schema) for plan in shape(inquiry)):
            return found
    return ()


def has_shape(plan: Plan, shapes: tuple[Plan, ...]) -> bool:
    """Tell whether a plan is one of some shapes, further conditions aside."""
    return any(
        _shows(plan, shape)
        and set(table_names(shape)) <= set(table_names(plan))
        and (plan.order_by, plan.limit, plan.offset) == (shape.order_by, shape.limit, shape.offset)
        and (plan.distinct == shape.distinct or bool(plan.group_by))
        and (plan.group_by, plan.having) == (shape.group_by, shape.having)
        and (not _joins_twice(shape) or set(shape.joins or ()) <= set(plan.joins or ()))
        and set(conjuncts(shape.where)) <= set(conjuncts(plan.where))
        for shape in shapes
    )


def _joins_twice(shape: Plan) -> bool:
    """Tell whether a shape reads a table twice: then each time by the key whose role is said."""
    return len(set(table_names(shape))) < len(shape.tables)


def _shows(plan: Plan, shape: Plan) -> bool:
    """Tell whether a plan shows the figures of a shape, and something of each of the rows that it names."""
    common = set(plan.select) & set(shape.select)
    figures = {term for term in shape.select if is_figure(term)}
    named, wanted = (
        {(t.table, t.occurrence) for t in each if isinstance(t, ColumnTerm)} for each in (common, shape.select)
    )
    return bool(common) and figures <= common and wanted <= named
