"""read_reply: what a user answers to "What do you mean by X?", as knowledge of the turn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.knowledge.compiled import metric_problem, term_problem
from nodes.knowledge.defined.known import defined
from nodes.knowledge.defined.reader import Reader
from nodes.knowledge.plain_words import column_of, condition_of, expression_of
from value_index.database import Database
from value_index.knowledge.evidence import read_evidence
from value_index.knowledge.store import BusinessTerm, Definition, Knowledge, Metric, NamedPart
from value_index.schema import Schema

SOURCE = "reply"
LONGEST = 400
"""Characters of a piece that is tried as SQL."""
MOST_WORDS = 25
"""Words of a meaning that may stand in a request."""
_QUOTED = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")
_AFTER = re.compile(
    r"(?:\b(?:mean(?:s|ing)?|refers? to|is|are|as|where|when|by|whose|with|having|that|use)\b|:)\s+(.+?)(?:[.;!?]\s|[.;!?]?$|\n|,\s)",
    re.I,
)
_MEANS = re.compile(r"(?:by\s+)?['\"](.+?)['\"]\s+(?:I mean|means|refers to|is)\s*:?\s+(.+)$", re.I | re.S)
_REFUSES = re.compile(r"\b(?:sorry|can ?not|can't|don't know|do not know|not sure|no idea)\b", re.I)
_SIGNS = {"×": "*", "·": "*", "÷": "/", "−": "-", "≥": ">=", "≤": "<=", "≠": "<>", "’": "'", "“": '"', "”": '"'}
_COLUMN = re.compile(r"^the\s+(.+?)\s+(?:column|field)$", re.I)
_BARS = re.compile(r"\|([^|]+)\|")


def read_reply(
    words: str, about: str, database: Database, schema: Schema, known: Knowledge | None = None, request: str = ""
) -> Knowledge:
    """Read a reply: a column or a stored value, a condition on a table's rows, a formula; else a definition in its words.

    "problematic" answered by "those where `status = 'failed'`" becomes a term: rows of the table that has a status.

    Args:
        about: the words that were asked about; "" if it was none in particular.
        known: definitions that the reply may build on.
        request: where the words stand that the reply explains, if it names others than it was asked about.
    """
    text = "".join(_SIGNS.get(sign, sign) for sign in words)
    if not about:
        return read_evidence(text, database)
    term, meaning = _said(text, about)
    reader = Reader(schema, known or Knowledge())
    name = term if term.casefold() in request.casefold() else about
    if (told := defined(meaning, (name,), reader, SOURCE)) != Knowledge():
        return told
    for piece in _pieces(text):
        if (named := read_evidence(f"{about} refers to {piece}", database)).parts or named.values:
            return named
        if (column := column_of(piece, schema)) is not None:
            return Knowledge(parts=(NamedPart(part=column, synonyms=(about,), source=SOURCE),))
        if (term := _term(piece, about, schema)) is not None:
            return Knowledge(terms=(term,))
        if (metric := _metric(piece, about, schema)) is not None:
            return Knowledge(metrics=(metric,))
    return Knowledge(definitions=(Definition(name=about, text=" ".join(words.split()), source=SOURCE),))


def with_meaning(request: str, about: str, words: str) -> str | None:
    """Return a request with what a user says of some of its words in their place; None if the reply says no meaning.

    >>> with_meaning("Which very large cities do we reach?", "large", "By 'very large cities' I mean: cities of over a million people.")
    'Which cities of over a million people do we reach?'
    """
    text = words.strip()
    term, meaning = _said(text, about)
    place = re.search(rf"\b{re.escape(term)}\b", request, re.I) if term else None
    if place is None or not meaning or refuses(text) or len(meaning.split()) > MOST_WORDS:
        return None
    return request[: place.start()] + meaning + request[place.end() :]


def refuses(words: str) -> bool:
    """Tell whether a reply says that there is no answer."""
    return bool(_REFUSES.search(words))


def _said(text: str, about: str) -> tuple[str, str]:
    """Return the words that a reply explains, and what it says of them."""
    found = _MEANS.match(text.strip())
    term, meaning = (found[1], found[2]) if found else (about, text)
    return term, meaning.rpartition(", that is ")[2].strip(" .")


def _pieces(text: str) -> Iterator[str]:
    """Yield the parts of a reply that may be SQL, the most explicit first, each once."""
    marked = [single or double for single, double in _QUOTED.findall(text)]
    plain = text.replace("`", "").replace("**", "")
    found: list[str] = [*marked]
    start = 0
    while match := _AFTER.search(plain, start):
        found.append(match[1])
        start = match.start(1)
    for piece in dict.fromkeys([*found, plain]):
        said = _COLUMN.sub(r"\1", _BARS.sub(r"abs(\1)", piece.strip(" .,:;\n")))
        if 0 < len(said) <= LONGEST:
            yield said


def _metric(piece: str, about: str, schema: Schema) -> Metric | None:
    for text in (piece, expression_of(piece, schema) or ""):
        metric = Metric(name=about, expression=text, source=SOURCE)
        if re.search(r"[-+*/(]", text) and metric_problem(metric, schema) is None:
            return metric
    return None


def _term(piece: str, about: str, schema: Schema) -> BusinessTerm | None:
    if said := condition_of(piece, schema):
        term = BusinessTerm(name=about, table=said[0], condition=said[1], source=SOURCE)
        if term_problem(term, schema) is None:
            return term
    if not re.search(r"[<>=]|\b(?:like|in|between|is)\b", piece, re.I):
        return None
    for table in schema.tables:
        term = BusinessTerm(name=about, table=table.name, condition=piece, source=SOURCE)
        if term_problem(term, schema) is None:
            return term
    return None
