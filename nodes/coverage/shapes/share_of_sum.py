"""share_of_sum: what part of a sum the rows of some kind bring ("what share of revenue comes from suites")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.group import asked_units
from nodes.coverage.calculations.asked import WHOLE
from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirements.all_requirements import requirements
from nodes.plan import Aggregate, Arithmetic, Branch, Case, ColumnTerm, LiteralTerm, Plan, TableSource, Term
from nodes.plan.traversal import columns, conjunction

_SHARE = re.compile(
    r"\b(?:share|percentage|percent|proportion|fraction|part) of (?:the |our |all |total |overall )*(?=\w)",
    re.IGNORECASE,
)


def share_of_sum(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the percentage of a sum that the rows bring which the words tell apart.

    "What share of revenue comes from suites?": `100.0 * sum(CASE WHEN kind = 'suite' THEN price ELSE 0 END) / sum(price)`.
    """
    match = _SHARE.search(inquiry.utterance.text)
    at = inquiry.utterance.span(match.end(), match.end() + 1)[0] if match else None
    figure = _figure(inquiry, at) if at is not None else None
    asked = [each for each in requirements(inquiry) if each.kind != "date" and not each.excludes]
    if figure is None or len(asked) != 1 or asked_units(inquiry):
        return
    table, term = figure
    plan: Plan | None = Plan(tables=(TableSource(table=table),), joins=())
    for name in (*(each.table for each in columns(term)), asked[0].options[0].column.table):
        plan = with_table(plan, name, inquiry.schema) if plan else None
    condition = conjunction(asked[0].options[0].conditions)
    if plan is None or condition is None:
        return
    kept = Case(branches=(Branch(condition=condition, value=term),), otherwise=LiteralTerm(value=0))
    part = Arithmetic(operator="*", left=LiteralTerm(value=WHOLE), right=Aggregate(function="sum", argument=kept))
    whole = Aggregate(function="sum", argument=term)
    yield plan.model_copy(update={"select": (Arithmetic(operator="/", left=part, right=whole),)})


def _figure(inquiry: Inquiry, at: int) -> tuple[str, Term] | None:
    """Return what is summed, with its table: sales, where no rows are named there, or a column of numbers."""
    if any(m.start == at for m in inquiry.named_tables):
        return None
    for mention in inquiry.evidence.mentions.columns:
        ref = mention.candidates[0][0]
        if mention.start == at and ref in inquiry.figures_named:
            return ref.table, ColumnTerm.of(ref)
    sales = sales_asked(inquiry)
    return (sales.figures[0].table, sales.figures[0].term) if sales else None
