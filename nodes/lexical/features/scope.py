"""Features of the columns and tables that an interpretation shows and uses, against those that are named and linked.

"titles and authors of mysteries" -> SELECT title, author FROM book WHERE genre = 'Mystery': SELECT title leaves a named column
unused (`unused_in_a_list`), and SELECT author FROM loan ... ignores the linked table book.
"""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.named_values import NamedValues
from nodes.lexical.filter_placement import used_tables
from nodes.lexical.interpretation import Interpretation, Item
from nodes.lexical.schema_mentions import ColumnMention
from value_index.linear_model import Feature
from value_index.schema import ColumnRef

FEATURES = (
    Feature("shown_link", "The mean probability that the columns shown are linked."),
    Feature("shown_least_link", "The lowest of these probabilities."),
    Feature("shown_name", "How well the columns shown are named, on average."),
    Feature("shown_unnamed", "How many columns shown are not named."),
    Feature("shown_outside_focus", "The share of the columns shown that are of another table than the one in focus."),
    Feature("shown_before", "The share of the columns shown that the previous query shows."),
    Feature("shown_filtered", "The share of the columns shown that a filter compares."),
    Feature("shown_more", "How many columns are shown beyond the first."),
    Feature("unused_strong_head", "How many columns named in full, before the conditions, it does not use."),
    Feature("unused_strong_tail", "How many columns named in full, among the conditions, it does not use."),
    Feature("unused_weak_head", "How many columns named in part, before the conditions, it does not use."),
    Feature("unused_weak_tail", "How many columns named in part, among the conditions, it does not use."),
    Feature(
        "unused_in_a_list", 'How many columns it does not use though they follow another: "name" in "ids and names".'
    ),
    Feature("fresh_ignores_named_table", "How many named tables a question of its own does not read, up to two."),
    Feature(
        "back_ignores_named_table", "How many named tables it does not read though it rests on the previous query."
    ),
    Feature("tables", "How many tables are read beyond the first."),
    Feature("table_link", "The mean probability that its tables are linked."),
    Feature("table_least_link", "The lowest of these probabilities."),
    Feature("table_unlinked", "How many of its tables are hardly linked."),
    Feature("linked_table_unused", "How many tables that are surely linked it does not read."),
    Feature("focus_named", "How well the table in focus is named."),
    Feature("focus_idle", "True if it uses no column of the table in focus, though it reads others."),
    Feature("back_linked_table_unused", "How many linked tables neither it nor the previous query reads."),
    Feature("back_focus", "True if the previous query reads the table in focus."),
)


def shown_features(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    """Yield the features of the columns shown, and of named columns that are not used."""
    shown = _columns(interpretation.select)
    if shown:
        links = [evidence.links.get(column, 0.0) for column in shown]
        names = [evidence.mentions.column_score(column) for column in shown]
        yield "shown_link", sum(links) / len(links)
        yield "shown_least_link", min(links)
        yield "shown_name", sum(names) / len(names)
        yield "shown_unnamed", float(sum(name == 0 for name in names))
        yield "shown_outside_focus", sum(column.table != interpretation.focus for column in shown) / len(shown)
        yield "shown_before", sum(column in evidence.shown_before for column in shown) / len(shown)
        filtered = frozenset(f.column for f in interpretation.filters)
        yield "shown_filtered", sum(column in filtered for column in shown) / len(shown)
        yield "shown_more", float(len(shown) - 1)
    used = frozenset(_used_columns(interpretation))
    for mention, before in zip(evidence.named, (None, *evidence.named), strict=False):
        if not any(column in used for column, value in mention.candidates if value >= 0.5):
            strong = mention.candidates[0][1] >= 0.9
            head = evidence.in_head(mention.start)
            yield f"unused_{'strong' if strong else 'weak'}_{'head' if head else 'tail'}", 1.0
            yield "unused_in_a_list", float(before is not None and _listed(before, mention, evidence))


def _listed(before: ColumnMention, mention: ColumnMention, evidence: Evidence) -> bool:
    """Whether a column is named right after another: "ids and names", "name, age"."""
    words = evidence.cues.utterance.words[before.end : mention.start]
    return len(words) <= 3 and all(
        word.text in ("and", "the", "their", "its", "with", "also", "his", "her") for word in words
    )


def scope_features(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    """Yield the features of the tables."""
    tables = used_tables(interpretation)
    named = {m.table for m in evidence.mentions.tables if m.score >= 0.9}
    ignored = len(named - tables - (set(evidence.previous_tables) if interpretation.base != "fresh" else set()))
    yield f"{'fresh' if interpretation.base == 'fresh' else 'back'}_ignores_named_table", float(min(2, ignored))
    if interpretation.base == "fresh":
        links = [evidence.table_links.get(table, 0.0) for table in tables]
        yield "tables", float(len(tables) - 1)
        yield "table_link", sum(links) / len(links)
        yield "table_least_link", min(links)
        yield "table_unlinked", float(sum(link < 0.3 for link in links))
        linked = {table for table, link in evidence.table_links.items() if link >= 0.6}
        yield "linked_table_unused", float(len(linked - tables))
        yield "focus_named", evidence.mentions.table_score(interpretation.focus)
        needed = tables - {interpretation.focus}
        yield (
            "focus_idle",
            float(bool(needed) and not any(c.table == interpretation.focus for c in _used_columns(interpretation))),
        )
    else:
        linked = {table for table, link in evidence.table_links.items() if link >= 0.6}
        yield "back_linked_table_unused", float(len(linked - tables - set(evidence.previous_tables)))
        yield "back_focus", float(interpretation.focus in evidence.previous_tables)


def _columns(items: tuple[Item, ...]) -> list[ColumnRef]:
    return [item.column for item in items if item.column]


def _used_columns(interpretation: Interpretation) -> list[ColumnRef]:
    used = (
        _columns(interpretation.select)
        + list(interpretation.group)
        + [f.column for f in interpretation.filters if f.column]
    )
    return used + ([interpretation.sort.item.column] if interpretation.sort and interpretation.sort.item.column else [])
