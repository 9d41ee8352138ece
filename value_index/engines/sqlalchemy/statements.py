"""Which statements may run: one query over tables that are known, with functions that are known to change nothing.

The engine is not known, so that nothing of it is relied on: a list of what is allowed, not of what is forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from value_index.database import Result

MAX_SQL_CHARS = 200_000
_TOKENS = re.compile(
    r"""(?P<skipped>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<text>[a-z]*'(?:[^']|'')*(?:'|\Z))"""
    r"""|"(?P<quoted>(?:[^"]|"")*)(?:"|\Z)|`(?P<ticked>(?:[^`]|``)*)(?:`|\Z)"""
    r"""|(?P<name>[^\W\d][\w$]*)|(?P<number>\d[\w.]*)|(?P<other>\S)""",
    re.DOTALL | re.IGNORECASE,
)
_READ_DIFFERENTLY = re.compile(r"""\\['"]|\bn?q'|--(?!\s|\Z)|/\*[!+M]""", re.IGNORECASE)
"""What one engine takes for the end of a text or comment and another does not."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FORBIDDEN = _words("""
insert update delete merge upsert replace truncate create alter drop rename grant revoke into call exec execute
perform do lock commit rollback savepoint declare set use attach detach copy load unload install pragma backup
restore shutdown kill openrowset openquery opendatasource outfile dumpfile returning share waitfor handler dbcc bulk
procedure function next nextval currval gen_id
""")
"""Words of statements that change something, wait or reach beyond the database; a column of that name is quoted."""
FUNCTIONS = frozenset((
    "abs", "acos", "any_value", "ascii", "asin", "atan", "atan2", "avg", "bit_length", "cast", "ceil", "ceiling", "char_length",
    "character_length", "chr", "coalesce", "concat", "concat_ws", "contains", "convert", "corr", "cos", "cot", "count", "covar_pop",
    "covar_samp", "cume_dist", "date", "date_add", "date_part", "date_trunc", "dateadd", "datediff", "datename", "datepart", "day",
    "dayofmonth", "dayofweek", "dayofyear", "decode", "degrees", "dense_rank", "endswith", "every", "exp", "extract", "first_value",
    "floor", "greatest", "grouping", "hour", "if", "ifnull", "iif", "initcap", "instr", "isnull", "lag", "last_value", "lcase",
    "lead", "least", "left", "len", "length", "list", "listagg", "ln", "locate", "log", "log10", "lower", "lpad", "ltrim",
    "maxvalue", "max", "median", "min", "minute", "minvalue", "mod", "month", "months_between", "nth_value", "ntile", "nullif", "nvl",
    "nvl2", "octet_length", "percent_rank", "percentile_cont", "percentile_disc", "pi", "position", "pow", "power", "quarter",
    "radians", "rank", "reverse", "right", "round", "row_number", "rpad", "rtrim", "second", "sign",
    "sin", "sqrt", "startswith", "stddev", "stddev_pop", "stddev_samp", "string_agg", "strpos", "substr", "substring", "sum",
    "tan", "to_char", "to_date", "to_number", "to_timestamp", "translate", "trim", "trunc", "try_cast", "ucase",
    "unicode", "upper", "var_pop", "var_samp", "variance", "week", "weekday", "year", "years_between",
))  # fmt: skip
"""Functions that read only what they are given."""
_TYPES = frozenset((
    "binary", "char", "character", "decimal", "dec", "double", "float", "interval", "nchar", "number", "numeric", "nvarchar", "time",
    "timestamp", "varbinary", "varchar", "varchar2", "varying", "datetime", "datetime2", "string",
))  # fmt: skip
_OPENERS = frozenset((
    "all", "and", "any", "as", "between", "by", "case", "cube", "distinct", "else", "except", "exists", "filter", "from", "group", "having", "in", "intersect",
    "is", "join", "lateral", "like", "minus", "not", "on", "or", "order", "over", "partition", "recursive", "rollup", "select", "sets",
    "then", "union", "using", "values", "when", "where", "with", "within", "offset", "fetch", "first", "limit", "top",
))  # fmt: skip
"""Words behind which a parenthesis begins no call."""
_ENDS_SOURCES = frozenset((
    "where", "group", "having", "order", "union", "except", "intersect", "minus", "limit", "offset", "fetch", "window", "qualify",
    "select", "connect", "start",
))  # fmt: skip


class _Token(str):
    """A word (in small letters where it is not quoted) or a sign."""

    quoted = False

    @property
    def is_word(self) -> bool:
        return self.quoted or (bool(self) and (self[0].isalpha() or self[0] == "_"))


def refusal(sql: str, tables: Collection[str]) -> Result | None:
    """Return why a statement may not run; None if it may.

    Args:
        sql: the statement.
        tables: the names of the tables that may be read, in small letters.
    """
    if len(sql) > MAX_SQL_CHARS:
        return Result(outcome="error", message=f"the statement is longer than {MAX_SQL_CHARS:,} characters")
    if _READ_DIFFERENTLY.search(sql):
        return _refused("a text or comment that not every engine ends at the same place")
    found = _tokens(sql)
    while found and found[-1] == ";":
        found.pop()
    if not found:
        return Result(outcome="error", message="no statement")
    if ";" in found:
        return Result(outcome="refused", message="only one statement is allowed")
    if next((word for word in found if word != "("), "") not in ("select", "with", "values"):
        return _refused(found[0].upper())
    return _word_refusal(found) or _source_refusal(found, frozenset(tables))


def _tokens(sql: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKENS.finditer(sql):
        if match["skipped"] is None:
            quoted = match["quoted"] if match["quoted"] is not None else match["ticked"]
            token = _Token("''" if match["text"] else (match[0] if quoted is None else quoted).lower())
            token.quoted = quoted is not None
            found.append(token)
    return found


def _word_refusal(found: list[_Token]) -> Result | None:
    before = _Token("")
    for at, word in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else _Token("")
        if word.is_word and (why := _why_not(before, word, after)):
            return _refused(why)
        if word.is_word and after == "(" and not after.quoted and not _may_open(found, at):
            return _refused(f"FUNCTION {word}")
        before = word
    return None


def _why_not(before: _Token, word: _Token, after: _Token) -> str:
    """Return what a word begins that changes something; empty for one that only reads."""
    if word in ("nextval", "currval") and before == ".":
        return word.upper()
    if word.quoted or (word == "replace" and after == "(") or (word == "next" and before == "fetch"):
        return ""
    if word == "for" and after in ("update", "no", "key", "share", "system_time"):
        return f"FOR {after.upper()}"
    return word.upper() if word in _FORBIDDEN else ""


def _may_open(found: list[_Token], at: int) -> bool:
    """Tell whether a parenthesis may stand behind a word: of a known function, a type, a clause or a list of columns."""
    word, before = found[at], found[at - 1] if at else _Token("")
    if before == ".":
        return False
    if not word.quoted and word in FUNCTIONS | _TYPES | _OPENERS | {"replace"}:
        return True
    return before in ("with", "recursive", "as", ",") and _names_columns(found, at + 1) and before != "from"


def _names_columns(found: list[_Token], at: int) -> bool:
    """Tell whether the parenthesis at a place holds names alone: WITH t (a, b) AS (...)."""
    end = next((place for place in range(at, len(found)) if found[place] == ")"), len(found) - 1)
    inner = found[at + 1 : end]
    return bool(inner) and end + 1 < len(found) and found[end + 1] == "as" and all(
        token.is_word or token == "," for token in inner
    )  # fmt: skip


def _source_refusal(found: list[_Token], tables: frozenset[str]) -> Result | None:
    """Refuse what is read and is no table: a stored procedure may stand there without a parenthesis."""
    names = tables | _named_queries(found)
    sources = _Sources()
    for at, word in enumerate(found):
        if sources.names_one(word, found[at - 1] if at else _Token("")):
            last = _last_part(found, at)
            if last not in names:
                return _refused(f"{last!r} is no table that is known")
    return None


class _Sources:
    """Finds the names of what is read while the words of a statement go by."""

    def __init__(self) -> None:
        self._lists = [False]
        """One a parenthesis that is open: whether it is in a list of what is read."""
        self._calls = [False]
        """One a parenthesis that is open: whether it holds the arguments of a function."""
        self._expected = False

    def names_one(self, word: _Token, before: _Token) -> bool:
        """Tell whether a word names what is read."""
        if word == "(":
            self._calls.append(before.is_word and not before.quoted and before in FUNCTIONS | {"replace"})
            self._lists.append(self._expected)
        elif word == ")" and len(self._lists) > 1:
            self._lists.pop()
            self._calls.pop()
            self._expected = False
        elif not word.quoted and word in _ENDS_SOURCES:
            self._lists[-1] = self._expected = False
            self._calls[-1] = self._calls[-1] and word != "select"
        elif not word.quoted and word in ("from", "join") and not self._calls[-1] and before != "distinct":
            self._lists[-1] = self._expected = True
        elif word == "," and self._lists[-1]:
            self._expected = True
        elif self._expected and word.is_word and (word.quoted or word != "lateral"):
            self._expected = False
            return True
        return False


def _named_queries(found: list[_Token]) -> frozenset[str]:
    """Return the names that WITH gives: t AS (...), t (a, b) AS (...)."""
    places = enumerate(zip(found, found[1:], found[2:], strict=False))
    return frozenset(
        str(word)
        for at, (word, after, next_but_one) in places
        if word.is_word
        and ((after == "as" and next_but_one == "(") or (after == "(" and _names_columns(found, at + 1)))
    )


def _last_part(found: list[_Token], at: int) -> str:
    """Return the last part of a name with dots."""
    while at + 2 < len(found) and found[at + 1] == ".":
        at += 2
    return str(found[at])


def _refused(what: str) -> Result:
    return Result(outcome="refused", message=f"only reading is allowed: {what}")
