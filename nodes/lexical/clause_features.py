"""clause_features: what speaks for and against the filters, the order and the exclusions of a reading."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.lexical.evidence import Evidence
from nodes.lexical.filter_placement import used_tables
from nodes.lexical.interpretation import Reading
from nodes.lexical.lexicon import STOPWORDS
from value_index.schema import ColumnRef

Named = Iterator[tuple[str, float]]


def clause_features(reading: Reading, evidence: Evidence) -> Named:
    """Yield the features of everything but base and projections."""
    yield from _filters(reading, evidence)
    yield from _counted_groups(reading, evidence)
    yield from _order(reading, evidence)
    yield from _denial(reading, evidence)
    if reading.group and not evidence.clues.group and not reading.sort:
        yield "group without cue", 1.0
    empty = all(word.text in STOPWORDS for word in evidence.clues.utterance.words)
    yield "no content", float(empty and reading.base == "fresh")


def _filters(reading: Reading, evidence: Evidence) -> Named:
    shown = {value for each in (*reading.filters, *reading.excepting) for value in each.values}
    left_out = [value for value in evidence.values if not set(value.filter.values) <= shown]
    yield "value left out", sum(value.score for value in left_out)
    yield "values left out", float(bool(left_out))
    yield "least value", min((value.score for value in evidence.values if value not in left_out), default=0.0)
    yield "both", float(bool(reading.both))
    yield "both, said", float(bool(reading.both) and evidence.clues.both)
    yield "both unanswered", float(evidence.clues.both and not reading.both)
    average = any(each.column and not each.values for each in reading.filters)
    yield "compared with the average", float(average)
    if average and evidence.aggregates:
        yield "compared with the average, average shown", float(any(item.function == "avg" for item in reading.select))


def _counted_groups(reading: Reading, evidence: Evidence) -> Named:
    clues = evidence.clues
    counted = any(each.column is None for each in reading.filters)
    yield "counts groups", float(counted)
    if clues.comparisons:
        numbers = {str(value) for each in reading.filters for value in each.values}
        yield "comparison unused", float(sum(str(each.number) not in numbers for each in clues.comparisons))
        table_after = any(clues.count_compared(comparison, evidence.table_starts) for comparison in clues.comparisons)
        yield "counts groups of table", float(counted and table_after)
        yield "comparison also a value", float(counted and len(evidence.values) > 0)


def _order(reading: Reading, evidence: Evidence) -> Named:
    sort = reading.sort
    if sort is None:
        yield "sort cue unused", float(evidence.clues.sort is not None)
    else:
        yield "sort", 1.0
        limited = sort.limit is not None
        yield from _by_column(sort.item.column, limited, evidence) if sort.item.column else _by_count(reading, evidence)
    if evidence.superlatives:
        yield "superlative unused", float(sort is None or not sort.limit)


def _by_column(column: ColumnRef, limited: bool, evidence: Evidence) -> Named:
    yield "sort link", evidence.links.get(column, 0.0)
    yield "sort name", evidence.mentions.column_score(column)
    if limited and evidence.superlatives:
        at = evidence.superlatives[0].position
        yield "sort near", float(any(m.score(column) >= 0.5 and abs(m.start - at) <= 3 for m in evidence.named))
        yield "sort implied", float(bool(evidence.superlatives[0].implied))
    yield "sort column, count asked", float(_counts_next(evidence))
    yield "sort text", float(limited and evidence.schema.describe(column).kind == "text")


def _by_count(reading: Reading, evidence: Evidence) -> Named:
    at = evidence.superlatives[0].position if evidence.superlatives else 0
    word = evidence.clues.utterance.words[at].text
    yield "sort count", 1.0
    yield "sort count, column named", float(_number_named(evidence))
    yield f"sort count {word in ('most', 'least', 'fewest')}", 1.0
    yield "sort count common", float(word in ("common", "popular", "frequent"))
    yield "sort count cue", float(evidence.clues.count is not None)
    counted = {m.table for m in evidence.mentions.tables if at < m.start <= at + 4 and m.score >= 0.6}
    yield "sort count table", float(bool(counted))
    yield "sort count of other table", float(bool(counted) and not counted & used_tables(reading))


def _denial(reading: Reading, evidence: Evidence) -> Named:
    if evidence.clues.negated:
        negative = any(f.operator in ("!=", "not like") for f in reading.filters) or bool(reading.excepting)
        yield "denied", float(negative)
        yield "excepting", float(bool(reading.excepting))
        yield "negation unused", float(not reading.without and not negative)
        yield "without", float(bool(reading.without))


def _counts_next(evidence: Evidence) -> bool:
    """Whether a superlative is about a count: "the highest number of"."""
    at, count = (s.position for s in evidence.superlatives[:1]), evidence.clues.count
    return count is not None and any(position < count <= position + 2 for position in at)


def _number_named(evidence: Evidence) -> bool:
    """Whether a numeric column is named right after the superlative: "the most pages"."""
    at = evidence.superlatives[0].position if evidence.superlatives else 0
    return any(
        score >= 0.8 and evidence.schema.describe(column).kind == "number" and "id" not in column.column.lower()
        for mention in evidence.named
        if at < mention.start <= at + 2
        for column, score in mention.readings[:1]
    )
