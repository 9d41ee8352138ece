"""sales_asked: what was sold, in money or pieces, where no column of that name stores it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nodes.coverage.asked.order import asked_order
from nodes.coverage.calculations.ranked_thing import RankedThing, ranked_thing
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.join_paths import key_path
from nodes.lexical.cues import Superlative
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Aggregate, Arithmetic, ColumnTerm, LiteralTerm, Term
from value_index.schema import ColumnRef, Table

_MONEY = re.compile(
    r"\b(?:revenues?|turnover|takings|earnings|sales(?! (?:rep|person|people|man|men|team|agent|manager|tax|region|channel))(?: (?:value|volume|amount|total|revenue))?"
    r"|income|(?:best|biggest|top|most valuable)(?= (?:\d+ |three |five |ten )?(?:customer|client|buyer|shopper)s?(?:\W*$| in\b| from\b))"
    r"|(?:customer|client|account|company|member|who|that|they|them|he|she|each)s? (?:(?!by |in )\w+ )?(?:spent|spends?)|(?:by|in|total|average|highest|lowest|most|least) spend(?:ing)?)\b",
    re.IGNORECASE,
)
_EARNED = re.compile(
    r"\bhow much (?:money )?(?:did|do|does|have|has|had|was|were|is|are) .*?\b(?:earn(?:ed)?|made?|make|taken? in|took in|bring in|brought in|turn(?:ed)? over"
    r"|spend|spent|pay|paid|collect(?:ed)?|charged?|bill(?:ed)?|invoiced?|donated?|raised?|received?|owed?)\b"
    r"|\bwhat (?:did|do|does|have|has|had) .*?\b(?:earn(?:ed)?|spend|spent|pay|paid|owed?)\b",
    re.IGNORECASE,
)
_PIECES = re.compile(
    r"\b(?:(?:best|top|worst|most|least)[- ](?:sold|selling|sellers?)|(?:sold|sells?) (?:the )?(?:most|best|least|worst)|(?:units|pieces|items) sold)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(
    r"\bhow many (?:units|pieces|pairs|copies|bottles|boxes|packs|bags|cans)\b.*\b(?:sold|sell|bought|ordered|purchased|shipped)\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(r"\b(?:max|maximum|min|minimum)\b", re.IGNORECASE)
"""Words that ask for one of the amounts and sum nothing, where they rank no things: "the maximum sales of those companies"."""
_LEAST = re.compile(r"\b(?:worst|least|lowest|fewest|smallest)\b", re.IGNORECASE)
_STOCK_VALUE = re.compile(
    r"\b(?:stock|inventory) (?:value|is worth|worth)\b|\b(?:value|worth) of (?:all |the |our |its )*(?:\w+ )?(?:stock|inventory)\b",
    re.IGNORECASE,
)
_EACH_ORDER = re.compile(
    r"\baverage (?:order|basket|invoice|sale|transaction|purchase|receipt|cart)s? (?:value|size|amount|total|worth)\b|\bAOV\b"
    r"|\baverage (?:value|amount|size|worth|revenue|turnover|total) (?:of|per|for) (?:an? |each |the |our )?(?:order|invoice|sale|transaction|purchase|basket|receipt)s?\b",
    re.IGNORECASE,
)
_PER = re.compile(r"\b(?:per|for|of)\b", re.IGNORECASE)
_EACH_THING = re.compile(
    r"\baverage (?:revenue|sales|turnover|income|spend|spending|takings|earnings) (?:per|for each|of each|of an?) (?=\w)",
    re.IGNORECASE,
)
_QUANTITY = frozenset(map(stem, ("qty", "quantity", "quantities", "units", "pieces", "pcs")))
_PRICE = frozenset(map(stem, ("price",)))
_EACH = frozenset(map(stem, ("unit", "each", "sale", "sold", "net")))
_AMOUNTS = frozenset(map(stem, ("amount", "amt", "total", "revenue")))
_CHARGES = frozenset(map(stem, ("charge", "fee", "fare", "payment", "paid", "donation")))
"""What is taken for a service, where no amount is stored."""
_NO_SALE = frozenset(map(stem, ("return", "returns", "refund", "purchase", "stock", "inventory", "cart", "basket", "quote", "supplier")))  # fmt: skip
_KEPT = frozenset(map(stem, ("stock", "hand", "reorder", "level", "order")))
"""Words of amounts that are kept or awaited, and sold by nobody yet: units_in_stock, units_on_order."""
_IN_STOCK = frozenset(map(stem, ("stock", "hand", "inventory", "available")))
_UNIT_WORDS = frozenset(("per", "by"))
"""Words after which the unit follows: sales by country are told in money."""
SAID, CHARGED = 1.5, 0.3
"""What a figure gains by a word of what it is taken for, and how much less a charge is taken for revenue than an amount."""
MOST_FIGURES = 2


@dataclass(frozen=True)
class SaleFigure:
    """A figure of sales for each row of a table: `quantity * unit_price`."""

    table: str
    term: Term


@dataclass(frozen=True)
class SalesAsked:
    """The sales that a turn asks for."""

    figures: tuple[SaleFigure, ...]
    """The ways to reckon them, best first; never empty."""
    ranked: RankedThing | None = None
    """What they rank; None if they rank nothing."""
    descending: bool = True
    limit: int | None = None
    """How many of the ranked are asked for; None for all, in order."""
    is_average: bool = False
    """True if what one order brings is asked, on average."""
    orders: ColumnRef | None = None
    """The key that tells the orders of an average apart; None if each row is one."""
    per: str | None = None
    """The table whose rows the average is of, where the words name it: booking, of "average revenue per booking"."""

    def total(self, figure: SaleFigure) -> Term:
        """Return the figure of all rows: `sum(price * quantity)`, over `count(DISTINCT order_id)` for the average of orders."""
        if self.is_average and self.orders is None:
            return Aggregate(function="avg", argument=figure.term)
        summed = Aggregate(function="sum", argument=figure.term)
        if self.orders is None:
            return summed
        counted = Aggregate(function="count", argument=ColumnTerm.of(self.orders), distinct=True)
        whole = Arithmetic(
            operator="*", left=LiteralTerm(value=1.0), right=summed
        )  # whole numbers divide to whole ones
        return Arithmetic(operator="/", left=whole, right=counted)


def sales_asked(inquiry: Inquiry) -> SalesAsked | None:
    """Return the sales that the words ask for; None if they ask for none, or a column of that name stores them.

    "Revenue per month", "our five best selling products", "Which category has the highest turnover?".
    """
    text = inquiry.utterance.text
    pieces, money, asked = _PIECES.search(text), _MONEY.search(text), _HOW_MANY.search(text)
    if asked and (found := _figures(inquiry, in_pieces=True)):
        return SalesAsked(found)
    if _STOCK_VALUE.search(text) and (kept := tuple(_stock_values(inquiry))):
        return SalesAsked(kept)
    if (each := _EACH_ORDER.search(text)) and (found := _figures(inquiry, in_pieces=False)[:1]):
        at, _ = inquiry.utterance.span(each.end() - 1, each.end())
        per = [m.table for m in inquiry.named_tables if m.start <= at < m.end] if _PER.search(each.group()) else []
        return SalesAsked(found, is_average=True, orders=_order_key(found[0], inquiry), per=next(iter(per), None))
    if (each := _EACH_THING.search(text)) and (average := _average_of_each(inquiry, each.end())):
        return average
    if (earned := _EARNED.search(text)) and not pieces and not inquiry.evidence.superlatives:
        return _earned(inquiry, *inquiry.utterance.span(earned.end() - 1, earned.end()))
    match = pieces or money
    if match is None or (not pieces and inquiry.evidence.cues.comparisons):
        return None
    start, end = inquiry.utterance.span(*match.span())
    if _is_stored(inquiry, start, end) or (not pieces and _is_counted(inquiry, start, end)):
        return None
    figures = _figures(inquiry, in_pieces=pieces is not None)
    if not figures:
        return None
    superlatives = inquiry.evidence.superlatives or ((Superlative(start, True, ()),) if pieces else ())
    ranked = ranked_thing(inquiry, [figure.table for figure in figures]) if superlatives else None
    if ranked is None:
        return None if (pieces and _shows_sums(inquiry)) or _EXTREME.search(text) else SalesAsked(figures)
    number = max(each.limit for each in superlatives)
    limit = number if number > 1 or not ranked.plural else None
    order = asked_order(inquiry)
    limit = None if order is not None and order.is_list else limit
    return SalesAsked(figures, ranked, _LEAST.search(text) is None, limit)


def _average_of_each(inquiry: Inquiry, at: int) -> SalesAsked | None:
    """Return what the rows of the table named at a place bring on average: those that are sold, or to which keys of these lead."""
    start, _ = inquiry.utterance.span(at, at + 1)
    named = [m.table for m in inquiry.named_tables if m.start == start]
    for figure in _figures(inquiry, in_pieces=False) if named else ():
        if figure.table == named[0]:
            return SalesAsked((figure,), is_average=True, per=named[0])
        path = key_path(inquiry.schema, frozenset((figure.table.lower(),)), named[0].lower())
        if path and all(hop.up for hop in path):
            return SalesAsked((figure,), is_average=True, orders=path[-1].left, per=named[0])
    return None


def _order_key(figure: SaleFigure, inquiry: Inquiry) -> ColumnRef | None:
    """Return the key from lines to the orders that share their name; None if the rows are the orders."""
    lines = inquiry.table_stems(figure.table)
    keys = (key for key in inquiry.schema.foreign_keys if key.source.table == figure.table)
    return next((key.source for key in keys if inquiry.table_stems(key.target.table) & lines), None)


def _earned(inquiry: Inquiry, start: int, end: int) -> SalesAsked | None:
    """Return what was earned or paid, of the amount that the words name, else of what keeps such amounts.

    "How much did cardiology earn in fees?": sum(fee).
    """
    if inquiry.figures_named:
        figure = inquiry.figures_named[0]
        return SalesAsked((SaleFigure(figure.table, ColumnTerm.of(figure)),))
    if _is_stored(inquiry, start, end):
        return None
    figures = _figures(inquiry, in_pieces=False)
    return SalesAsked(figures) if figures else None


def _shows_sums(inquiry: Inquiry) -> bool:
    """Tell whether the turn before summed something for each of its groups: "which five sold the most?" ranks these."""
    before = inquiry.evidence.previous
    sums = [t for t in before.select if isinstance(t, Aggregate) and t.function == "sum"] if before else []
    return bool(before and before.group_by and sums)


def _is_stored(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether a word is the name of a column of figures: `sold_on` is none."""
    return any(
        inquiry.schema.describe(ref).kind == "number"
        and start <= mention.start < end
        and inquiry.stems[mention.start] in inquiry.column_stems(ref)
        and score >= NAMED
        for mention in inquiry.evidence.mentions.columns
        for ref, score in mention.candidates[:3]
    )


def _is_counted(inquiry: Inquiry, start: int, end: int) -> bool:
    """Tell whether a number of sales is asked for, or the rows of a table of that name."""
    count = inquiry.evidence.cues.count
    named = any(start <= m.start < end and m.score >= NAMED for m in inquiry.evidence.mentions.tables)
    unit = any(word.text in _UNIT_WORDS for word in inquiry.utterance.words[end : end + 1])
    return (count is not None and start - count <= 3) or (named and not inquiry.evidence.aggregates and not unit)


def _figures(inquiry: Inquiry, *, in_pieces: bool) -> tuple[SaleFigure, ...]:
    found: list[tuple[float, SaleFigure]] = []
    for table in inquiry.schema.tables:
        quantity = _column(table, _QUANTITY, inquiry)
        price = _column(table, _PRICE, inquiry) or _price_of_parent(table, inquiry)
        score = inquiry.table_score(table.name) - bool(_NO_SALE & set(map(stem, name_words(table.natural_name))))
        if quantity and price:
            term = Arithmetic(operator="*", left=ColumnTerm.of(quantity), right=ColumnTerm.of(price))
            found.append((score + 1.0, SaleFigure(table.name, ColumnTerm.of(quantity) if in_pieces else term)))
        elif not in_pieces and (amount := _column(table, _AMOUNTS, inquiry)):
            found.append((score + _said(amount, inquiry), SaleFigure(table.name, ColumnTerm.of(amount))))
        elif not in_pieces and (charge := _column(table, _CHARGES, inquiry)):
            found.append((score - CHARGED + _said(charge, inquiry), SaleFigure(table.name, ColumnTerm.of(charge))))
    found.sort(key=lambda each: -each[0])
    return tuple(figure for score, figure in found[:MOST_FIGURES] if score > -0.5)


def _said(ref: ColumnRef, inquiry: Inquiry) -> float:
    """Return whether a word says of what a figure is taken: "labour income" of labour_charge."""
    own = inquiry.column_stems(ref) - inquiry.table_stems(ref.table) - _AMOUNTS - _CHARGES - _PRICE
    return SAID * bool(own & set(inquiry.stems))


def _stock_values(inquiry: Inquiry) -> Iterator[SaleFigure]:
    """Yield what is kept times what a piece of it costs: the value of the stock."""
    for table in inquiry.schema.tables:
        refs = [ColumnRef(table=table.name, column=each.name) for each in table.columns if each.kind == "number"]
        kept = [ref for ref in refs if inquiry.column_stems(ref) & _IN_STOCK and not inquiry.column_stems(ref) & _PRICE]
        price = _column(table, _PRICE, inquiry)
        if kept and price is not None:
            term = Arithmetic(operator="*", left=ColumnTerm.of(kept[0]), right=ColumnTerm.of(price))
            yield SaleFigure(table.name, term)


def _column(table: Table, stems: frozenset[str], inquiry: Inquiry) -> ColumnRef | None:
    """Return the column of numbers whose name holds one of some words, that of one piece first."""
    refs = [ColumnRef(table=table.name, column=each.name) for each in table.columns if each.kind == "number"]
    named = [ref for ref in refs if inquiry.column_stems(ref) & stems and ref not in inquiry.keys]
    named = [ref for ref in named if not (stems is _QUANTITY and inquiry.column_stems(ref) & _KEPT)]
    if stems is _PRICE:  # a total price is what all pieces cost
        named = [ref for ref in named if not inquiry.column_stems(ref) & _AMOUNTS]
    elif stems is _QUANTITY:  # unit_price is no unit
        named = [ref for ref in named if not inquiry.column_stems(ref) & _PRICE]
    return min(named, key=lambda ref: not inquiry.column_stems(ref) & _EACH, default=None)


def _price_of_parent(table: Table, inquiry: Inquiry) -> ColumnRef | None:
    """Return the price that a table's key leads to: lines of orders without a price of their own."""
    parents = [key.target.table for key in inquiry.schema.foreign_keys if key.source.table == table.name]
    found = (_column(parent, _PRICE, inquiry) for name in parents if (parent := inquiry.schema.table(name)) is not None)
    return next((price for price in found if price is not None), None)
