"""What of a parse tree is read: the rest is refused, where it would be dropped without a word.

The parser knows the clauses of every dialect (QUALIFY, `* EXCEPT (...)`, FETCH, PIVOT) and puts them into fields of the
tree that SQLite has no use for.
"""

from __future__ import annotations

from sqlglot import exp

from nodes.sql.errors import SQLError
from value_index.schema import Dialect

_SET_OPERATION = "with_ this expression distinct order limit offset"
_NAMES: dict[type[exp.Expr], str] = {
    exp.Select: "with_ expressions distinct from_ joins where group having order limit offset",
    exp.Union: _SET_OPERATION,
    exp.Except: _SET_OPERATION,
    exp.Intersect: _SET_OPERATION,
    exp.Subquery: "with_ this alias joins order limit offset",
    exp.Table: "this alias db joins indexed",
    exp.Join: "this on using kind side method",
    exp.Star: "",
    exp.Group: "expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Limit: "this expression offset",
    exp.Offset: "this expression",
    exp.Distinct: "expressions",
    exp.In: "this expressions query field",
    exp.Between: "this low high",
    exp.With: "expressions recursive",
    exp.CTE: "this alias materialized",
    exp.TableAlias: "this columns",
}
_KNOWN = {kind: frozenset(names.split()) for kind, names in _NAMES.items()}
_FETCHES: frozenset[Dialect] = frozenset(("postgres", "ansi"))
"""The dialects in which FETCH FIRST is a limit."""
_JOIN_KINDS = frozenset({"", "INNER", "CROSS", "OUTER"})
_JOIN_METHODS = frozenset({"", "NATURAL"})


def refuse_unknown(tree: exp.Query, dialect: Dialect) -> None:
    """Check that every clause of a query is one that is read.

    Args:
        tree: the query.
        dialect: whose text it was.

    Raises:
        SQLError: for the first that is not.
    """
    for node in tree.walk():
        known = _KNOWN.get(type(node))
        if known is not None:
            for name, value in node.args.items():
                if name not in known and value not in (None, False, []):
                    _refuse(name)
        if isinstance(node, exp.Join) and not _is_plain(node):
            _refuse(f"{node.method} {node.kind} JOIN".strip())
        alias = node.args.get("alias")
        if isinstance(node, exp.Table) and isinstance(alias, exp.TableAlias) and alias.columns:
            _refuse("names of columns after a table")
        if isinstance(node, exp.Fetch) and (dialect not in _FETCHES or _has_more(node)):
            _refuse("FETCH")


def _has_more(fetch: exp.Fetch) -> bool:
    """Tell whether FETCH says more than how many rows: a share, or what ties with the last."""
    options = fetch.args.get("limit_options")
    return isinstance(options, exp.Expr) and any(options.args.get(name) for name in ("percent", "with_ties"))


def _is_plain(join: exp.Join) -> bool:
    return (join.kind or "").upper() in _JOIN_KINDS and (join.method or "").upper() in _JOIN_METHODS


def _refuse(name: str) -> None:
    word = name.rstrip("_").replace("_", " ").upper() if name.islower() and " " not in name else name
    raise SQLError("operator", f"a plan does not hold {word}", word)
