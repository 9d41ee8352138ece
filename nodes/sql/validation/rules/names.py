"""Names that mean nothing, the wrong thing, or several things."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.parse import DOUBLE_QUOTED
from nodes.sql.parsing.scopes import Scope, Source, own_nodes
from nodes.sql.validation.query import Query, nearest
from nodes.state import Violation


def unknown_table(query: Query) -> Iterator[Violation]:
    """Report a table that the schema lacks, and a qualifier that names neither a source nor a table.

    "How many dogs?": `SELECT count(*) FROM dog`, where the table is `pet`.
    """
    tables = [table.name for table in query.schema.tables]
    for scope in query.scopes:
        for source in scope.sources:
            if (
                isinstance(source.node, exp.Table)
                and source.columns is None
                and source.query is None
                and isinstance(source.node.this, exp.Identifier)
                and not query.schema.omits(source.node.name)  # it is there; SQLite says why it cannot be read
            ):
                near = nearest(source.node.name, tables)
                yield _error("unknown_table", f"no table {source.node.name!r}{_meant(near)}", source.node.name, near)
        for qualifier in _dangling(scope):
            if query.schema.table(qualifier) is None:
                names = [source.name for source in scope.sources if source.name]
                message = f"no table or alias {qualifier!r} in FROM: it has {', '.join(map(repr, names)) or 'nothing'}"
                yield _error("unknown_table", message, qualifier, nearest(qualifier, names))


def unknown_column(query: Query) -> Iterator[Violation]:
    """Report a column that no table of the schema has, in double quotes too, where SQLite would read a string.

    "Pets older than 3": `SELECT name FROM pet WHERE years > 3`, where the column is `age`.
    """
    for scope, column in query.missing:
        if not query.homes(column.name):
            near = _nearest_column(query, scope, column)
            yield _error("unknown_column", f"no column {_written(column)!r}{_meant(near)}", _written(column), near)
    for scope in query.scopes:
        for word in _words_for_columns(scope):
            near = nearest(word, (name for source in scope.sources for name in source.columns or ()))
            message = f'no column "{word}", and SQLite would read a string{_meant(near)}'
            yield _error("unknown_column", message, word, near)
    for column, names in _compound_orderings(query):
        near = nearest(column.name, names)
        message = f"ORDER BY {column.name!r} of a set operation is no column of its result{_meant(near)}"
        yield _error("unknown_column", message, column.name, near)


def wrong_table(query: Query) -> Iterator[Violation]:
    """Report a column that exists, but not in the table that qualifies it, or in none of FROM.

    "Where do the pets live?": `SELECT pet.city FROM pet`, where `city` is a column of `owner`.
    """
    for scope, column in query.missing:
        homes = query.homes(column.name)
        if not homes:
            continue
        here = [source.name for source in scope.sources if source.has(column.name)]
        table = column.table if column.table in homes else homes[0]
        if here:
            right, action = f"{here[0]}.{column.name}", f"write {here[0]}.{column.name}"
        else:
            right, action = f"{table}.{column.name}", f"it is a column of {_either(homes)}, which FROM lacks: join it"
        where = (
            f"{column.table!r} has no column {column.name!r}"
            if column.table
            else f"no table in FROM has {column.name!r}"
        )
        yield _error("wrong_table", f"{where}: {action}", _written(column), right)


def ambiguous(query: Query) -> Iterator[Violation]:
    """Report an unqualified column that several sources have.

    "Names of pets and owners": `SELECT name FROM pet JOIN owner ON pet.owner_id = owner.id`.
    """
    for scope in query.scopes:
        for column in scope.columns:
            owners = () if column.table or scope.is_alias(column) else scope.owners(column.name)
            if len(owners) > 1:
                names = [f"{source.name}.{column.name}" for source in owners]
                message = f"{column.name!r} may be {_either(names)}: qualify it"
                yield _error("ambiguous", message, column.name, names[0])


def _error(kind: str, message: str, subject: str, suggestion: str) -> Violation:
    return Violation.model_validate(
        {"kind": kind, "severity": "error", "message": message, "subject": subject, "suggestion": suggestion}
    )


def _meant(near: str) -> str:
    """Return the question that ends a message; nothing where no name is near."""
    return f": did you mean {near!r}?" if near else ""


def _dangling(scope: Scope) -> list[str]:
    """Return the qualifiers of a SELECT, each once, that name no source around it."""
    columns = (node for node in own_nodes(scope.select) if isinstance(node, exp.Column) and node.table)
    return list(dict.fromkeys(column.table for column in columns if scope.source(column.table) is None))


def _written(column: exp.Column) -> str:
    return f"{column.table}.{column.name}" if column.table else column.name


def _either(names: tuple[str, ...] | list[str]) -> str:
    return " or ".join(map(repr, names))


def _nearest_column(query: Query, scope: Scope, column: exp.Column) -> str:
    """Return the most alike column of the source that qualifies the name, else of FROM, else of the schema."""
    own = scope.source(column.table) if column.table else None
    sources: tuple[Source, ...] = (own,) if own else scope.sources
    qualified = {f"{s.name}.{name}" if column.table else name: name for s in sources for name in s.columns or ()}
    if not qualified:
        qualified = {str(ref): ref.column for ref in query.schema.columns}
    best = nearest(column.name, qualified.values())
    return next((written for written, name in qualified.items() if name == best), "")


def _words_for_columns(scope: Scope) -> Iterator[str]:
    """Yield the double-quoted words that name nothing and stand where only a column makes sense.

    In the gold queries of Spider and CoSQL such a word is always compared with a column.
    """
    for node in own_nodes(scope.select):
        if isinstance(node, exp.Literal) and node.meta.get(DOUBLE_QUOTED):
            place = node.parent
            while isinstance(place, exp.Alias | exp.Paren | exp.Distinct):
                place = place.parent
            compared = isinstance(place, exp.Predicate) and node.arg_key == "this" and _is_constant(place)
            if compared or isinstance(place, exp.Select | exp.Ordered | exp.Group | exp.AggFunc):
                yield node.name


def _is_constant(comparison: exp.Expr) -> bool:
    """Whether nothing but literals is compared."""
    return not any(isinstance(node, exp.Column | exp.Func | exp.Query) for node in comparison.walk())


def _compound_orderings(query: Query) -> Iterator[tuple[exp.Column, list[str]]]:
    """Yield the ORDER BY names of set operations that are no result column, with the names that are."""
    for compound in query.tree.find_all(exp.SetOperation):
        order = compound.args.get("order")
        names = [p.alias_or_name for select in compound.find_all(exp.Select) for p in select.expressions]
        if order is None or any(name in ("", "*") for name in names):
            continue
        for ordered in order.expressions:
            column = ordered.this
            if isinstance(column, exp.Column) and column.name.lower() not in {name.lower() for name in names}:
                yield column, names
