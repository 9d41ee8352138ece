"""candidates: the interpretations that the words of a turn allow, to be ranked afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nodes.lexical.comparisons import average_comparison
from nodes.lexical.evidence import Evidence
from nodes.lexical.filter_placement import place_filters
from nodes.lexical.focus import Focused
from nodes.lexical.interpretation import Base, Filter, Interpretation
from nodes.lexical.projections import Projection, projections
from value_index.schema import ColumnRef

MAX_FOCUSES = 4
MOST_COUNTED = 1000
"""A larger number is compared with a column, not with a count."""
DOUBTFUL = 0.75
"""A value scored lower may be left out."""
_EXTENDING = ("heads", "all", "count", "aggregate")


def candidates(evidence: Evidence) -> list[Interpretation]:
    """Return the interpretations of a turn, unranked, without repeats."""
    found: dict[Interpretation, None] = {}
    for name in focuses(evidence):
        table = evidence.schema.table(name)
        assert table is not None
        focused = Focused(evidence, table)
        for filters, unit in _filterings(focused):
            for projection in projections(focused):
                for base in _bases(projection, evidence):
                    interpretation = Interpretation(
                        base=base,
                        select=projection.select,
                        focus=name,
                        filters=filters,
                        group=projection.group or unit,
                        sort=projection.sort,
                        distinct=projection.distinct,
                        kind=projection.kind,
                    )
                    interpretation = place_filters(interpretation, evidence)
                    found.update(dict.fromkeys((interpretation, *_variants(interpretation, focused))))
    return list(found)


def focuses(evidence: Evidence) -> tuple[str, ...]:
    """Return the tables that the question may be about, best first."""
    score: dict[str, float] = {}
    for mention in evidence.mentions.tables:
        early = 0.1 if mention.start < 8 else 0.0
        score[mention.table] = max(score.get(mention.table, 0.0), mention.score + early)
    hints = [(column.table, value) for mention in evidence.named for column, value in mention.candidates[:6]]
    hints += [(value.filter.column.table, 1.0) for value in evidence.values if value.filter.column]
    hints += [(table, 1.0) for table in evidence.previous_tables]
    hints += list(evidence.table_links.items())
    for table, value in hints:
        score[table] = score.get(table, 0.0) + 0.3 * value
    ranked = sorted(score, key=lambda table: -score[table])
    return tuple(ranked[:MAX_FOCUSES]) or (evidence.schema.tables[0].name,)


def _bases(projection: Projection, evidence: Evidence) -> Iterator[Base]:
    """Yield how an interpretation may rest on the previous plan."""
    if projection.kind == "previous":
        yield "narrow"
        return
    yield "fresh"
    if evidence.previous:
        yield "swap"
        if len(evidence.previous.tables) > 1 and not evidence.previous.set_operations:
            yield "pruned"
        if projection.kind in _EXTENDING:
            yield "extend"


def _filterings(focused: Focused) -> Iterator[tuple[tuple[Filter, ...], tuple[ColumnRef, ...]]]:
    """Yield the filters; again without a doubtful one; and with a condition on count(*) and the grouping that it needs."""
    spans = focused.evidence.values
    values = tuple(value.filter for value in spans)
    yield values, ()
    weakest = min(spans, key=lambda value: value.score, default=None)
    if weakest and weakest.score < DOUBTFUL:
        yield tuple(value.filter for value in spans if value is not weakest), ()
    average = average_comparison(focused.evidence.cues.utterance)
    if average and (column := focused.near(average[0])):
        yield (*values, Filter(column, average[1])), ()
    counted = _counted(focused.evidence)
    if counted:
        unit = focused.heads[0].column if focused.heads else None
        yield (*(each for each in values if each.values != counted.values), counted), (unit or focused.key,)


def _counted(evidence: Evidence) -> Filter | None:
    """Return a comparison of count(*): "at least 3 events", "more than one advisor"."""
    for comparison in evidence.cues.comparisons:
        if isinstance(comparison.number, int) and comparison.number <= MOST_COUNTED:
            return Filter(None, comparison.operator, (comparison.number,))
    return None


def _variants(interpretation: Interpretation, focused: Focused) -> Iterator[Interpretation]:
    """Yield what a negation or two values of one column may make of a fresh interpretation."""
    yield from _denied(interpretation, focused.evidence)
    if interpretation.base != "fresh":
        return
    if not interpretation.filters and (without := _without(focused)):
        yield replace(interpretation, without=without)
    columns = [each.column for each in interpretation.filters]
    shared = [each for each in interpretation.filters if each.column and columns.count(each.column) == 2]
    if len(shared) == 2 and not interpretation.sort and shared[0].operator != "between":
        yield replace(interpretation, both=tuple(shared))


def _denied(interpretation: Interpretation, evidence: Evidence) -> Iterator[Interpretation]:
    """Yield what a negation makes of equalities: inequalities, or the rows that some row with the value stands for."""
    equal = tuple(each for each in interpretation.filters if each.operator == "=")
    if not equal or not evidence.cues.negated:
        return
    rest = tuple(each for each in interpretation.filters if each not in equal)
    yield replace(interpretation, filters=(*rest, *(replace(each, operator="!=") for each in equal)))
    if (
        interpretation.base == "fresh"
        and not interpretation.sort
        and not interpretation.group
        and any(item.column for item in interpretation.select)
    ):
        yield replace(interpretation, filters=rest, excepting=equal)


def _without(focused: Focused) -> str:
    """Return a table, named after a negation, whose rows must not refer to the focus; "" for none."""
    evidence, name = focused.evidence, focused.table.name
    if not evidence.cues.negated:
        return ""
    after = [m.table for m in evidence.mentions.tables if m.start > evidence.cues.negated[0] and m.score >= 0.6]
    linked = [key.source.table for key in evidence.schema.foreign_keys if key.target.table == name]
    return next((table for table in (*after, *linked) if table != name and table in linked), "")
