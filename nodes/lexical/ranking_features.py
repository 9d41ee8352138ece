"""Features of a reading, and its score: a weighted sum whose weights were learned from CoSQL train."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.lexical.clause_features import clause_features
from nodes.lexical.evidence import Evidence
from nodes.lexical.filter_placement import used_tables
from nodes.lexical.interpretation import Item, Reading
from nodes.lexical.lexicon import PLAIN_AGGREGATES
from nodes.lexical.linear_model import Features
from nodes.lexical.schema_mentions import ColumnMention
from value_index.schema import ColumnRef


def features(reading: Reading, evidence: Evidence) -> Features:
    """Return the features of one reading; absent ones are 0."""
    found: Features = {}
    for part in (_base(reading, evidence), _kind(reading, evidence), _shown(reading, evidence), _scope(reading, evidence),
                 clause_features(reading, evidence)):  # fmt: skip
        for name, value in part:
            if value:
                found[name] = found.get(name, 0.0) + value
    return found


def _base(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    previous = evidence.previous
    if previous is None:
        return
    base, clues = "swap" if reading.replaces else reading.base, evidence.clues
    yield base, 1.0
    if reading.base == "pruned":
        yield "pruned", 1.0
        yield "pruned, counts", float(any(item.function for item in reading.select))
        yield "pruned, where", float(previous.where is not None)
        yield "pruned, ranked", float(previous.limit is not None)
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
    new = [t for t in used_tables(reading) if t not in evidence.previous_tables]
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
    if reading.replaces or reading.base == "extend":
        yield f"{'swap' if reading.replaces else reading.base}: {kind}", 1.0
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
    asked = [m for m in evidence.named if evidence.in_head(m.start) and m.readings[0][1] >= 0.8]
    new = any(not any(column in evidence.shown_before for column, _ in mention.readings) for mention in asked)
    yield "previous, though a new column is asked", float(kind == "previous" and new)
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


def _scope(reading: Reading, evidence: Evidence) -> Iterator[tuple[str, float]]:
    tables = used_tables(reading)
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


def _used_columns(reading: Reading) -> list[ColumnRef]:
    used = _columns(reading.select) + list(reading.group) + [f.column for f in reading.filters if f.column]
    return used + ([reading.sort.item.column] if reading.sort and reading.sort.item.column else [])
