"""The SQL that fits a schema, as an EBNF grammar: a server that decodes by it cannot write a name that does not exist.

The text is in the dialect that xgrammar (vLLM, SGLang) and llama.cpp share. It writes what `nodes.sql.from_plan` writes: one
space between words, keywords in upper case, aliases T1, T2, ... in FROM order where there are several sources. A query over
a lone table has only that table's columns, one over three sources the aliases T1 to T3; behind an alias may stand any
column, since no context-free grammar knows at `SELECT T1.name` which table T1 will be: the validator looks at that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Literal, get_args

from nodes.plan import AggregateFunction, CastType, FunctionName, LiteralTerm
from nodes.schema_pruning import linked_columns
from nodes.sql.writing.quoting import identifier, literal
from nodes.state import GraphState
from value_index.schema import Dialect, Schema, Table

GrammarLevel = Literal["off", "schema", "links", "values"]
"""What bounds the SQL: nothing, the schema, its linked part, or that with the values found for text between quotes and with
numbers that the conversation names, or small ones."""

MAX_TEXT = 80
"""Characters of a string: without a bound a weak model writes until it is cut."""
MAX_ITEMS = 12
"""Items of a list, for the same reason."""

MAX_SOURCES = 6
"""The most sources of a query."""
CORRELATED = (1, 2)
"""Sources of a query that a sub-query of one source may refer to."""

WIDEST = ("max", "min")
"""Scalar functions that are aggregates where they have one argument."""

_SCOPE = """
$query ::= $core $order? limit?
$core ::= "SELECT " "DISTINCT "? $item (", " $item){0,MORE} " FROM " $from (" WHERE " $condition)? $group?
$group ::= " GROUP BY " $term (", " $term){0,MORE} (" HAVING " $g-condition)?
$order ::= " ORDER BY " $sort (", " $sort){0,MORE}
$sort ::= $g-term (" ASC" | " DESC")? (" NULLS " ("FIRST" | "LAST"))?
$item ::= $star | ITEM (" AS " label)?
$shown ::= $column | aggregate "(" ("DISTINCT "? $term | $condition) ")" | ("count" | "COUNT") "(*)" | $g-call | $g-case | "(" $inner ")" | "(" $g-term ")"
$g-unit ::= $shown | number | text | word | $call | $case
$unit ::= $column | number | text | word | $call | $case | "(" $inner ")" | "(" $term ")"
"""
"""A query whose columns are `$column`, whose sources are `$from` and whose sub-queries are `$inner`; `$` becomes the prefix of a
scope, with `g-` where a term may be an aggregate: not in WHERE, ON and GROUP BY, nor in another."""

_TERMS = """
$term ::= $unit (" " arithmetic " " $unit){0,MORE}
$call ::= function "(" ($term (", " $term){0,MORE})? ")" | widest "(" $term (", " $term){1,MORE} ")" | "CAST(" $term " AS " type ")"
$case ::= "CASE" (" WHEN " $condition " THEN " $term){1,MORE} (" ELSE " $term)? " END"
$condition ::= $predicate ((" AND " | " OR ") $predicate){0,MORE}
$predicate ::= "NOT "? ("(" $condition ")" | $term " " $test | "EXISTS (" $inner ")")
$test ::= comparison " " $term | "IS " "NOT "? $term | "NOT "? ($between | $in | $like)
$between ::= "BETWEEN " $term " AND " $term
$in ::= "IN (" ($inner | $term (", " $term){0,MORE}) ")"
$like ::= ("LIKE " | "GLOB ") pattern
"""
"""Terms and conditions made of `$unit`."""

_LIKES: dict[Dialect, str] = {
    "duckdb": '"ILIKE " | "LIKE " | "GLOB "',
    "postgres": '"ILIKE " | "LIKE "',
    "mysql": '"LIKE " "BINARY "?',
    "ansi": '"LIKE "',
}
"""How a text is held against a pattern, where it is not as in SQLite."""

_COMMON = """
compound ::= core (set-operator core){1,MORE} (" ORDER BY " place (", " place){0,MORE})? limit?
set-operator ::= " UNION " | " UNION ALL " | " INTERSECT " | " EXCEPT "
place ::= ([1-9] [0-9]? | name) (" ASC" | " DESC")?
arithmetic ::= [-+*/%] | "||"
comparison ::= "=" | "!=" | "<>" | "<" | "<=" | ">" | ">="
word ::= "NULL" | "TRUE" | "FALSE" | "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP"
pattern ::= "'" character{0,LONG} "'"
dated ::= "'" [0-9] character{0,LONG} "'"
character ::= [^'\\r\\n] | "''"
label ::= "c" [1-9] [0-9]?
derived ::= "(" query ")"
"""
"""What every query shares."""

_ANY_NUMBERS = """
limit ::= " LIMIT " "-"? digits (" OFFSET " digits)?
number ::= "-"? digits ("." digits)?
digits ::= [0-9]{1,12}
"""
_FEW_NUMBERS = """
limit ::= " LIMIT " number
number ::= "-"? ([0-9]{1,2} | "100" | named-number)
"""
"""A weak model falls into digits and stays there: those that the conversation names, and small ones, must do."""
_LIMIT = re.compile(r'" LIMIT "(?: "-"\?)? (digits|number).*')
_FETCH = r'" FETCH FIRST " \1 " ROWS ONLY"'
"""The end of a query, and how the standard says it."""
_ANY_ITEM = "$g-term"
_COLUMN_ITEM = """($shown | number " " arithmetic " " $g-unit) (" " arithmetic " " $g-unit){0,MORE}"""
"""A term that is no bare number, text or word."""
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def grammar_of(level: GrammarLevel, schema: Schema, state: GraphState) -> str | None:
    """Return the grammar of a turn's SQL; None if nothing bounds it.

    Args:
        schema: what the prompt shows.
    """
    if level == "off":
        return None
    part = schema if level == "schema" else linked_columns(schema, state.schema_links)
    if level != "values":
        return sql_grammar(part)
    found = [value.value for value in state.grounded_values or ()]
    said = (*(text for turn in state.history for text in (turn.utterance, turn.sql)), state.utterance)
    numbers = [number for text in (*said, *map(str, found)) for number in _NUMBER.findall(text)]
    return sql_grammar(part, (value for value in found if isinstance(value, str)), numbers)


def sql_grammar(schema: Schema, values: Iterable[str] = (), numbers: Iterable[str] | None = None) -> str:
    """Return the grammar of one SELECT over a schema.

    Args:
        schema: the database, or the part of it that the query may use.
        values: the texts that may stand between quotes, beside dates and patterns; where there are none, any text may.
        numbers: the numbers of more than two digits that may stand in it, and then no column is a number alone and nothing
            is skipped by OFFSET; any may if None.
    """
    texts = [_quoted(literal(LiteralTerm(value=value), schema.dialect)) for value in dict.fromkeys(values)]
    named = None if numbers is None else sorted({number for number in numbers if len(number) < MAX_TEXT})
    return "\n".join(_rules([table for table in schema.tables if table.columns], texts, named, schema.dialect))


def _rules(tables: list[Table], texts: list[str], numbers: list[str] | None, dialect: Dialect) -> Iterator[str]:
    spelt = partial(_names, dialect=dialect)
    terms = _TERMS.replace('"LIKE " | "GLOB "', _LIKES.get(dialect, '"LIKE " | "GLOB "'))
    # Scopes: `t` a lone table, `d` a lone sub-query, `p` a pair with a sub-query, `j` tables, `c` a table in a correlated sub-query.
    lone = {f"t{number}-": table for number, table in enumerate(tables)}
    joined = {f"j{sources}-": sources for sources in range(1, MAX_SOURCES + 1)}
    within = {f"c{outer}-": outer for outer in CORRELATED}
    outermost = (*lone, "d-", "p-", *joined)
    yield "root ::= query"
    yield f"query ::= {_choice(f'{scope}query' for scope in outermost)} | compound"
    yield f"core ::= {_choice(f'{scope}core' for scope in outermost)}"
    common = _COMMON + (_ANY_NUMBERS if numbers is None else _FEW_NUMBERS).lstrip()
    yield _bounded(common if dialect != "ansi" else _LIMIT.sub(_FETCH, common))
    if numbers is not None:
        yield f"named-number ::= {_words(numbers or ['0'])}"
    scoped = _SCOPE.replace("ITEM", _ANY_ITEM if numbers is None else _COLUMN_ITEM)
    yield f"text ::= {_choice([*texts, 'dated']) if texts else 'pattern'}"
    yield f"aggregate ::= {_words(word for name in get_args(AggregateFunction) for word in (name, name.upper()))}"
    yield f"function ::= {_words(name for name in get_args(FunctionName) if name not in WIDEST)}"
    yield f"widest ::= {_words(WIDEST)}"
    yield f"type ::= {_words(name.upper() for name in get_args(CastType))}"
    yield f"table ::= {spelt(table.name for table in tables)}"
    yield f"name ::= {spelt(column.name for table in tables for column in table.columns)}"
    for scope, table in lone.items():
        yield f"{scope}from ::= {spelt([table.name])}"
        yield f'{scope}column ::= ({scope}from ".")? ({spelt(column.name for column in table.columns)})'
    named = dialect in ("postgres", "mysql", "ansi")  # there a sub-query in FROM has a name, even alone
    yield 'd-from ::= derived " AS T1"' if named else "d-from ::= derived"
    yield 'd-column ::= "T1."? (name | label)' if named else "d-column ::= name | label"
    yield "p-from ::= " + _joins("p-", ("derived", "(table | derived)")) + " | " + _joins("p-", ("table", "derived"))
    yield 'p-column ::= p-alias "." (name | label)'
    yield "p-alias ::= [Tt] [12]"
    for scope, sources in joined.items():
        yield from _aliased(scope, 1, sources)
    for scope, outer in within.items():
        yield from _aliased(scope, outer + 1, outer + 1)
    for scope in (*outermost, *within):
        inner = f" | c{joined[scope]}-query" if joined.get(scope) in CORRELATED else ""
        yield f"{scope}star ::= " + ('"*"' if scope in lone or scope == "d-" else f'({scope}alias ".")? "*"')
        yield f"{scope}inner ::= query{inner}"
        yield f"{scope}g-inner ::= {scope}inner"
        yield _bounded(scoped).replace("$", scope)
        yield from (_bounded(terms).replace("$", f"{scope}{kind}") for kind in ("", "g-"))


def _aliased(scope: str, first: int, last: int) -> Iterator[str]:
    """Yield the sources of a scope, T`first` to T`last`, and its columns, which may be of those before them too."""
    yield f"{scope}alias ::= [Tt] [1-{last}]"
    yield f'{scope}column ::= {scope}alias "." name'
    yield f"{scope}from ::= {_joins(scope, ['table'] * (last - first + 1), first)}"


def _joins(scope: str, sources: Iterable[str], first: int = 1) -> str:
    """Return the FROM of some sources in order, named from T`first` on."""
    one, *others = (f'{source} " AS T{first + at}"' for at, source in enumerate(sources))
    join, on = '" " ("LEFT " | "RIGHT " | "FULL ")? "JOIN "', f'(" ON " {scope}condition)?'
    return " ".join((one, *(f"{join} {other} {on}" for other in others)))


def _bounded(rules: str) -> str:
    return rules.strip().replace("MORE", str(MAX_ITEMS - 1)).replace("LONG", str(MAX_TEXT))


def _choice(alternatives: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(alternatives))


def _names(names: Iterable[str], dialect: Dialect) -> str:
    return _words(identifier(name, dialect) for name in names)


def _words(words: Iterable[str]) -> str:
    return _choice(_quoted(word) for word in words)


def _quoted(text: str) -> str:
    """Write a terminal of the grammar.

    >>> print(_quoted('"home town"'))
    "\\"home town\\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped) + '"'
