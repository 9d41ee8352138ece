"""said_siblings: columns of a kind with one beside them, where the words of the turn say the other's."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.utterance import name_words, stem
from value_index.schema import ColumnRef


def said_siblings(inquiry: Inquiry) -> Mapping[ColumnRef, frozenset[ColumnRef]]:
    """Return the columns whose own word no one says, with those of their kind whose own word is said.

    "the youngest winners": loser_name and loser_age, beside winner_name and winner_age. Their last word is the kind. Keys
    are left out; the name of the rows says no time of theirs: `invoice_date` of an invoice beside when it was paid.
    """
    said = {word.stem for word in inquiry.utterance.words}
    found: dict[ColumnRef, frozenset[ColumnRef]] = {}
    for table in inquiry.schema.tables:
        refs = [ColumnRef(table=table.name, column=column.name) for column in table.columns]
        named = {ref: tuple(map(stem, name_words(inquiry.schema.describe(ref).natural_name))) for ref in refs}
        for ref, words in named.items():
            rows = inquiry.table_stems(table.name) if inquiry.profiles.of(ref).date_form else frozenset[str]()
            beside = frozenset(
                other
                for other, others in named.items()
                if len(words) > 1 and len(others) > 1 and words[-1] == others[-1]
                and len({*others} - {*words}) == len({*words} - {*others}) == 1
                and {*others} - {*words} <= said - rows and not ({*words} - {*others}) & said
            )  # fmt: skip
            if beside and not {ref, *beside} & inquiry.keys:
                found[ref] = beside
    return found
