"""Features of a reading, and its score: a weighted sum whose weights were learned from CoSQL train."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.evidence import Evidence
from nodes.lexicon import PLAIN_AGGREGATES, STOPWORDS
from nodes.localising import own_tables
from nodes.logistic import Features
from nodes.mentions import ColumnMention
from nodes.reading import Item, Reading
from value_index.schema import ColumnRef


def features(reading: Reading, evidence: Evidence) -> Features:
    """Return the features of one reading; absent ones are 0."""
    found: Features = {}
    for part in (_base(reading, evidence), _kind(reading, evidence), _shown(reading, evidence), _scope(reading, evidence),
                 _extras(reading, evidence)):  # fmt: skip
        for name, value in part:
            if value:
                found[name] = found.get(name, 0.0) + value
    return found


def _base(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    previous = evidence.previous
    if previous is None:
        return
    base, clues = reading.base, evidence.clues
    yield f"{base}", 1.0
    if base == "fresh":
        yield "fresh with filters", float(bool(reading.filters))
        yield "fresh kept", float(bool(evidence.kept))
        return
    yield f"{base} pronoun", float(clues.pronoun)
    yield f"{base} follow", float(clues.follow)
    yield f"{base} extend cue", float(clues.extend)
    yield f"{base} narrow cue", float(clues.narrow)
    yield f"{base} short", float(clues.content <= 2)
    yield f"{base} long", max(0.0, clues.content - 5) / 5
    new = [t for t in _tables(reading) if t not in evidence.previous_tables]
    yield f"{base} new table", float(len(new))
    yield f"{base} filters", float(bool(reading.filters))
    yield "back names other table", float(_names_other(evidence))
    yield f"{base} where", float(previous.where is not None)
    yield f"{base} ranked", float(previous.limit is not None)
    yield f"{base} grouped", float(bool(previous.group_by) and previous.limit is None)
    yield f"{base} kept", float(bool(evidence.kept))
    yield f"{base} dropped", float(bool(evidence.dropped) and not evidence.kept)
    refiltered = [f.column for f in reading.filters if f.column in evidence.previous_columns]
    yield f"{base} refiltered", float(bool(refiltered))
    yield f"{base} repeated value", float(_repeats(reading, evidence))


def _repeats(reading: Reading, evidence: Evidence) -> bool:
    """Whether every filter stands in the previous plan already: the question says the condition again."""
    values = {(c.column, v) for c in (*evidence.kept, *evidence.dropped) for v in c.values}
    return bool(reading.filters) and all((f.column, v) in values for f in reading.filters for v in f.values)


def _names_other(evidence: Evidence) -> bool:
    named = {m.table for m in evidence.mentions.tables if m.score >= 0.9}
    return bool(named) and not named & set(evidence.previous_tables)


def _kind(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    kind, clues = reading.kind, evidence.clues
    yield kind, 1.0
    if reading.base in ("swap", "extend"):
        yield f"{reading.base}: {kind}", 1.0
    counts = any(item.function == "count" for item in reading.select)
    yield "count in name counted", float(evidence.count_in_name and counts)
    yield "how many unanswered", float(clues.how_many and not counts and not evidence.count_in_name)
    if kind in ("count column", "count distinct") and clues.count is not None:
        starts = [m.start for m in evidence.named if m.start > clues.count]
        yield f"{kind}, named at once", float(bool(starts) and starts[0] <= clues.count + 3)
    if clues.count is not None:
        yield f"count cue: {kind}", 1.0
    if clues.group:
        yield f"group cue: {'grouped' if reading.group else 'ungrouped'}", 1.0
    if evidence.superlatives:
        yield f"superlative: {kind.split(' ')[0]}", 1.0
    bound = sum(item.function in {f for _, f in evidence.aggregates} for item in reading.select)
    plain = [position for position, _ in evidence.aggregates if _plain(evidence, position)]
    numeric = [i for i in reading.select if i.function in ("avg", "sum") and i.column]
    yield (
        "aggregate of text",
        float(any(evidence.schema.describe(i.column).kind == "text" for i in numeric if i.column)),
    )
    yield "aggregate unused", float(max(0, len(plain) - bound))
    yield "aggregate used", float(min(bound, len(plain)))
    yield "distinct cue unused", float(clues.distinct and not _is_distinct(reading))
    yield "distinct", float(reading.distinct)
    yield "previous unchanged", float(kind == "previous" and not reading.filters and reading.sort is None)
    first = evidence.clues.utterance.words[0].text if evidence.clues.utterance.words else ""
    if kind in ("display", "star", "top display") and first in ("who", "which", "what", "list", "show"):
        yield f"{first}: {kind}", 1.0


def _plain(evidence: Evidence, position: int) -> bool:
    return evidence.clues.utterance.words[position].text in PLAIN_AGGREGATES


def _is_distinct(reading: Reading) -> bool:
    return reading.distinct or any(item.distinct for item in reading.select) or bool(reading.group)


def _columns(items: tuple[Item, ...]) -> list[ColumnRef]:
    return [item.column for item in items if item.column]


def _shown(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    shown = _columns(reading.select)
    if shown:
        links = [evidence.links.get(column, 0.0) for column in shown]
        names = [evidence.mentions.column_score(column) for column in shown]
        yield "shown link", sum(links) / len(links)
        yield "shown least link", min(links)
        yield "shown name", sum(names) / len(names)
        yield "shown unnamed", float(sum(name == 0 for name in names))
        yield "shown outside focus", sum(column.table != reading.focus for column in shown) / len(shown)
        yield "shown before", sum(column in evidence.shown_before for column in shown) / len(shown)
        filtered = frozenset(f.column for f in reading.filters)
        yield "shown filtered", sum(column in filtered for column in shown) / len(shown)
        yield "shown more", float(len(shown) - 1)
    used = frozenset(_used_columns(reading))
    for mention, before in zip(evidence.named, (None, *evidence.named), strict=False):
        if not any(column in used for column, value in mention.readings if value >= 0.5):
            strong = mention.readings[0][1] >= 0.9
            head = evidence.in_head(mention.start)
            yield f"unused {'strong' if strong else 'weak'} {'head' if head else 'tail'}", 1.0
            yield "unused in a list", float(before is not None and _listed(before, mention, evidence))


def _listed(before: ColumnMention, mention: ColumnMention, evidence: Evidence) -> bool:
    """Whether a column is named right after another: "ids and names", "name, age"."""
    words = evidence.clues.utterance.words[before.end : mention.start]
    return len(words) <= 3 and all(
        word.text in ("and", "the", "their", "its", "with", "also", "his", "her") for word in words
    )


def _tables(reading: Reading) -> set[str]:
    used = own_tables(reading) | {f.column.table for f in reading.filters if f.column}
    if reading.base == "fresh" or (reading.select and not any(item.column for item in reading.select)):
        used.add(reading.focus)
    return used


def _scope(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    tables = _tables(reading)
    named = {m.table for m in evidence.mentions.tables if m.score >= 0.9}
    ignored = len(named - tables - (set(evidence.previous_tables) if reading.base != "fresh" else set()))
    yield f"{'fresh' if reading.base == 'fresh' else 'back'} ignores named table", float(min(2, ignored))
    if reading.base == "fresh":
        links = [evidence.table_links.get(table, 0.0) for table in tables]
        yield "tables", float(len(tables) - 1)
        yield "table link", sum(links) / len(links)
        yield "table least link", min(links)
        yield "table unlinked", float(sum(link < 0.3 for link in links))
        linked = {table for table, link in evidence.table_links.items() if link >= 0.6}
        yield "linked table unused", float(len(linked - tables))
        yield "focus named", evidence.mentions.table_score(reading.focus)
        needed = tables - {reading.focus}
        yield "focus idle", float(bool(needed) and not any(c.table == reading.focus for c in _used_columns(reading)))
    else:
        linked = {table for table, link in evidence.table_links.items() if link >= 0.6}
        yield "back linked table unused", float(len(linked - tables - set(evidence.previous_tables)))
        yield "back focus", float(reading.focus in evidence.previous_tables)


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


def _used_columns(reading: Reading) -> list[ColumnRef]:
    used = _columns(reading.select) + list(reading.group) + [f.column for f in reading.filters if f.column]
    return used + ([reading.sort.item.column] if reading.sort and reading.sort.item.column else [])


def _extras(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    clues = evidence.clues
    shown = {value for each in (*reading.filters, *reading.excepting) for value in each.values}
    left_out = [value for value in evidence.values if not set(value.filter.values) <= shown]
    yield "value left out", sum(value.score for value in left_out)
    yield "values left out", float(bool(left_out))
    yield "least value", min((value.score for value in evidence.values if value not in left_out), default=0.0)
    yield "both", float(bool(reading.both))
    yield "both, said", float(bool(reading.both) and clues.both)
    yield "both unanswered", float(clues.both and not reading.both)
    counted = any(f.column is None for f in reading.filters)
    yield "counts groups", float(counted)
    if clues.comparisons:
        numbers = {v for f in reading.filters for v in f.values}
        yield (
            "comparison unused",
            float(sum(c.number not in numbers and str(c.number) not in numbers for c in clues.comparisons)),
        )
        table_after = any(clues.count_compared(comparison, evidence.table_starts) for comparison in clues.comparisons)
        yield "counts groups of table", float(counted and table_after)
        yield "comparison also a value", float(counted and len(evidence.values) > 0)
    if reading.sort:
        column = reading.sort.item.column
        yield "sort", 1.0
        if column:
            yield "sort link", evidence.links.get(column, 0.0)
            yield "sort name", evidence.mentions.column_score(column)
            if reading.sort.limit and evidence.superlatives:
                at = evidence.superlatives[0].position
                yield "sort near", float(any(m.score(column) >= 0.5 and abs(m.start - at) <= 3 for m in evidence.named))
                yield "sort implied", float(bool(evidence.superlatives[0].implied))
            yield "sort column, count asked", float(_counts_next(evidence))
            yield "sort text", float(evidence.schema.describe(column).kind == "text" and reading.sort.limit is not None)
        else:
            words = clues.utterance.words
            yield "sort count", 1.0
            yield "sort count, column named", float(_number_named(evidence))
            at = evidence.superlatives[0].position if evidence.superlatives else 0
            yield f"sort count {words[at].text in ('most', 'least', 'fewest')}", 1.0
            yield "sort count common", float(words[at].text in ("common", "popular", "frequent"))
            yield "sort count cue", float(clues.count is not None)
            counted = [m.table for m in evidence.mentions.tables if at < m.start <= at + 4 and m.score >= 0.6]
            yield "sort count table", float(bool(counted))
            yield "sort count of other table", float(bool(counted) and not set(counted) & _tables(reading))
    elif clues.sort is not None:
        yield "sort cue unused", 1.0
    if evidence.superlatives and not (reading.sort and reading.sort.limit):
        yield "superlative unused", 1.0
    if clues.negated:
        negative = any(f.operator in ("!=", "not like") for f in reading.filters) or bool(reading.excepting)
        yield "denied", float(negative)
        yield "excepting", float(bool(reading.excepting))
        yield "negation unused", float(not reading.without and not negative)
        yield "without", float(bool(reading.without))
    if reading.group and not clues.group and not reading.sort:
        yield "group without cue", 1.0
    yield "no content", float(all(w.text in STOPWORDS for w in clues.utterance.words) and reading.base == "fresh")
