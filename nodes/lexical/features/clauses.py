"""Features of the filters, the groups, the order and the exclusions of an interpretation.

"Which genre has the most books?" -> SELECT genre FROM book GROUP BY genre ORDER BY COUNT(*) DESC LIMIT 1: "most" before a table
speaks for an order by COUNT(*). "books that are not mysteries" -> WHERE genre != 'Mystery' is `denied`.
"""

from __future__ import annotations

from nodes.lexical.evidence import Evidence
from nodes.lexical.features.named_values import NamedValues
from nodes.lexical.filter_placement import used_tables
from nodes.lexical.interpretation import Interpretation
from nodes.lexical.lexicon import STOPWORDS
from value_index.linear_model import Feature
from value_index.schema import ColumnRef

FEATURES = (
    Feature("group_without_cue", "True if it groups though no group is asked and nothing is ranked."),
    Feature(
        "no_content",
        'True if the utterance has no word of content ("show all of them") and it is a question of its own.',
    ),
    Feature("value_left_out", "The scores of the values that it leaves out, together."),
    Feature("values_left_out", "True if it leaves out a value."),
    Feature("least_value", "The lowest score of a value that it compares."),
    Feature("both", "True if two values of a column must hold of different rows (INTERSECT)."),
    Feature("both_said", 'The same, and "both" is said: "borrowed by both Ann and Ben".'),
    Feature("both_unanswered", 'True if "both" is said and it does not intersect.'),
    Feature("compared_with_the_average", 'True if it compares a column with its average: "longer than average".'),
    Feature("compared_with_the_average_and_shown", "True if it compares with the average and shows it too."),
    Feature("counts_groups", "True if it compares COUNT(*) of groups: HAVING COUNT(*) > 3."),
    Feature("comparison_unused", "How many compared numbers it does not use."),
    Feature(
        "counts_groups_of_table", 'True if it compares COUNT(*) and a table follows the number: "more than 3 books".'
    ),
    Feature("comparison_also_a_value", "True if it compares COUNT(*) though the turn has grounded values."),
    Feature("sort_cue_unused", 'True if an order is asked ("sorted by") and it has none.'),
    Feature("sort", "True if it has an order."),
    Feature("superlative_unused", "True if there is a superlative and it has no LIMIT."),
    Feature("sort_link", "How likely the column that it is ordered by is linked."),
    Feature("sort_name", "How well that column is named."),
    Feature("sort_near", "True if that column is named within three words of the superlative."),
    Feature("sort_implied", 'True if the superlative speaks of a column by itself: "the oldest".'),
    Feature(
        "sort_column_count_asked", 'True if it is ordered by a column though a count is meant: "highest number of".'
    ),
    Feature("sort_text", "True if it takes the first by a column of texts."),
    Feature("sort_count", "True if it is ordered by COUNT(*)."),
    Feature(
        "sort_count_column_named", 'True if it is, though a number is named after the superlative: "the most pages".'
    ),
    Feature("sort_count_extreme_word", 'True if it is and the word is "most", "least" or "fewest".'),
    Feature("sort_count_other_word", "True if it is and the word is another."),
    Feature("sort_count_common", 'True if it is and the word is "common", "popular" or "frequent".'),
    Feature("sort_count_cue", "True if it is and a count is asked."),
    Feature("sort_count_table", 'True if it is and a table follows the word: "the most books".'),
    Feature("sort_count_of_other_table", "True if it is and it does not read that table."),
    Feature("denied", "True if there is a negation and it has != or NOT LIKE, or takes rows away."),
    Feature("excepting", "True if it takes rows away (EXCEPT)."),
    Feature("negation_unused", "True if there is a negation that it does not follow."),
    Feature("without", 'True if rows of another table must not refer to it: "books without loans" (NOT IN).'),
)


def clause_features(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    """Yield the features of filters, groups, order and exclusions."""
    yield from _filters(interpretation, evidence)
    yield from _counted_groups(interpretation, evidence)
    yield from _order(interpretation, evidence)
    yield from _denial(interpretation, evidence)
    if interpretation.group and not evidence.cues.group and not interpretation.sort:
        yield "group_without_cue", 1.0
    empty = all(word.text in STOPWORDS for word in evidence.cues.utterance.words)
    yield "no_content", float(empty and interpretation.base == "fresh")


def _filters(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    shown = {value for each in (*interpretation.filters, *interpretation.excepting) for value in each.values}
    left_out = [value for value in evidence.values if not set(value.filter.values) <= shown]
    yield "value_left_out", sum(value.score for value in left_out)
    yield "values_left_out", float(bool(left_out))
    yield "least_value", min((value.score for value in evidence.values if value not in left_out), default=0.0)
    yield "both", float(bool(interpretation.both))
    yield "both_said", float(bool(interpretation.both) and evidence.cues.both)
    yield "both_unanswered", float(evidence.cues.both and not interpretation.both)
    average = any(each.column and not each.values for each in interpretation.filters)
    yield "compared_with_the_average", float(average)
    if average and evidence.aggregates:
        yield (
            "compared_with_the_average_and_shown",
            float(any(item.function == "avg" for item in interpretation.select)),
        )


def _counted_groups(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    cues = evidence.cues
    counted = any(each.column is None for each in interpretation.filters)
    yield "counts_groups", float(counted)
    if cues.comparisons:
        numbers = {str(value) for each in interpretation.filters for value in each.values}
        yield "comparison_unused", float(sum(str(each.number) not in numbers for each in cues.comparisons))
        table_after = any(cues.count_compared(comparison, evidence.table_starts) for comparison in cues.comparisons)
        yield "counts_groups_of_table", float(counted and table_after)
        yield "comparison_also_a_value", float(counted and len(evidence.values) > 0)


def _order(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    sort = interpretation.sort
    if sort is None:
        yield "sort_cue_unused", float(evidence.cues.sort is not None)
    else:
        yield "sort", 1.0
        limited = sort.limit is not None
        yield from (
            _by_column(sort.item.column, limited, evidence) if sort.item.column else _by_count(interpretation, evidence)
        )
    if evidence.superlatives:
        yield "superlative_unused", float(sort is None or not sort.limit)


def _by_column(column: ColumnRef, limited: bool, evidence: Evidence) -> NamedValues:
    yield "sort_link", evidence.links.get(column, 0.0)
    yield "sort_name", evidence.mentions.column_score(column)
    if limited and evidence.superlatives:
        at = evidence.superlatives[0].position
        yield "sort_near", float(any(m.score(column) >= 0.5 and abs(m.start - at) <= 3 for m in evidence.named))
        yield "sort_implied", float(bool(evidence.superlatives[0].implied))
    yield "sort_column_count_asked", float(_counts_next(evidence))
    yield "sort_text", float(limited and evidence.schema.describe(column).kind == "text")


def _by_count(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    at = evidence.superlatives[0].position if evidence.superlatives else 0
    word = evidence.cues.utterance.words[at].text
    yield "sort_count", 1.0
    yield "sort_count_column_named", float(_number_named(evidence))
    yield f"sort_count_{'extreme' if word in ('most', 'least', 'fewest') else 'other'}_word", 1.0
    yield "sort_count_common", float(word in ("common", "popular", "frequent"))
    yield "sort_count_cue", float(evidence.cues.count is not None)
    counted = {m.table for m in evidence.mentions.tables if at < m.start <= at + 4 and m.score >= 0.6}
    yield "sort_count_table", float(bool(counted))
    yield "sort_count_of_other_table", float(bool(counted) and not counted & used_tables(interpretation))


def _denial(interpretation: Interpretation, evidence: Evidence) -> NamedValues:
    if evidence.cues.negated:
        negative = any(f.operator in ("!=", "not like") for f in interpretation.filters) or bool(
            interpretation.excepting
        )
        yield "denied", float(negative)
        yield "excepting", float(bool(interpretation.excepting))
        yield "negation_unused", float(not interpretation.without and not negative)
        yield "without", float(bool(interpretation.without))


def _counts_next(evidence: Evidence) -> bool:
    """Whether a superlative is about a count: "the highest number of"."""
    at, count = (s.position for s in evidence.superlatives[:1]), evidence.cues.count
    return count is not None and any(position < count <= position + 2 for position in at)


def _number_named(evidence: Evidence) -> bool:
    """Whether a numeric column is named right after the superlative: "the most pages"."""
    at = evidence.superlatives[0].position if evidence.superlatives else 0
    return any(
        score >= 0.8 and evidence.schema.describe(column).kind == "number" and "id" not in column.column.lower()
        for mention in evidence.named
        if at < mention.start <= at + 2
        for column, score in mention.candidates[:1]
    )
