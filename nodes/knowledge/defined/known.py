"""with_defined: definitions in words that a plan can hold, as terms and metrics of the knowledge."""

from __future__ import annotations

from nodes.knowledge.compiled import metric_problem, term_problem
from nodes.knowledge.defined.figures import figure_of
from nodes.knowledge.defined.groups import group_of
from nodes.knowledge.defined.reader import Figure, Reader
from value_index.knowledge.store import BusinessTerm, Knowledge, Metric
from value_index.schema import Schema


def with_defined(known: Knowledge, schema: Schema) -> Knowledge:
    """Return the knowledge with a term or a metric for each definition that says rows of a table or a figure."""
    reader = Reader(schema, known)
    called = {each.name.casefold() for each in (*known.metrics, *known.terms)}
    new = Knowledge()
    for each in known.definitions:
        if each.meaning and each.name.casefold() not in called:
            new = new.with_more(defined(each.meaning, (each.name,), reader, each.source))
    return known.with_more(new)


def defined(meaning: str, names: tuple[str, ...], reader: Reader, source: str) -> Knowledge:
    """Return what words mean, under the names that are given; nothing if no plan holds it."""
    group = group_of(meaning, reader)
    if group and group.condition:
        term = BusinessTerm(
            name=names[0], synonyms=names[1:], source=source, table=group.table, condition=group.condition
        )
        return Knowledge(terms=() if term_problem(term, reader.schema) else (term,))
    figure = None if group else figure_of(meaning, reader)
    if figure is None or not figure.tables or figure.where or not _calculates(figure):
        return Knowledge()
    metric = Metric(name=names[0], synonyms=names[1:], source=source, expression=figure.sql)
    return Knowledge(metrics=() if metric_problem(metric, reader.schema) else (metric,))


def _calculates(figure: Figure) -> bool:
    """Tell whether a figure is more than a column."""
    return figure.aggregated or " " in figure.sql
