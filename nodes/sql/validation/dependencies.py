"""Dependencies: which columns of a SELECT's sources determine which others, by keys, equalities and constants.

The closure of functional dependencies answers two questions of the validator: whether a column is single-valued beside a
grouping, and whether one row of a source meets at most one row of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlglot import exp

from nodes.sql.parsing.scopes import ROW_IDS, Scope, Source
from nodes.sql.validation.query import conjuncts
from value_index.schema import Schema, Table

Attribute = tuple[int, str]
"""Index of the source and folded column name; the name "" stands for the source's row."""
ROW = ""


@dataclass(frozen=True, eq=False)
class Dependencies:
    """The functional dependencies that hold between the sources of one SELECT."""

    scope: Scope
    schema: Schema

    def attribute(self, column: exp.Column) -> Attribute | None:
        """Return the attribute a reference means; None if it means none of this SELECT's own."""
        source = self.scope.resolve(column)
        if source is None or source not in self.scope.sources:
            return None
        name = column.name.lower()
        return self.scope.sources.index(source), ROW if name in ROW_IDS and name not in source.folded else name

    def closure(self, start: Iterable[Attribute]) -> frozenset[Attribute]:
        """Return every attribute that has one value where those of `start` have one each."""
        waiting = [len(left) for left, _ in self._rules]
        queue = list(start) + [fact for left, right in self._rules if not left for fact in right]
        known: set[Attribute] = set()
        while queue:
            fact = queue.pop()
            if fact in known:
                continue
            known.add(fact)
            for rule in self._rules_by_fact.get(fact, ()):
                waiting[rule] -= 1
                if waiting[rule] == 0:
                    queue.extend(self._rules[rule][1])
        return frozenset(known)

    def pairs(self) -> Iterator[tuple[Attribute, Attribute]]:
        """Yield the pairs of columns that a join condition, WHERE, USING or NATURAL holds equal."""
        for condition in self._conditions():
            if isinstance(condition, exp.EQ):
                sides = [self.attribute(s) for s in (condition.this, condition.expression) if isinstance(s, exp.Column)]
                if len(sides) == 2 and sides[0] and sides[1]:
                    yield sides[0], sides[1]
        for index, source in enumerate(self.scope.sources):
            for name in source.merged:
                first = next((i for i, other in enumerate(self.scope.sources[:index]) if name in other.folded), None)
                if first is not None:
                    yield (first, name), (index, name)

    def repeats(self, index: int) -> bool:
        """Whether it is known that a source can hold several rows with the same joining columns."""
        source = self.scope.sources[index]
        if source.table is None or any(True for _ in self._keys(source)):
            return True
        joining = {name for pair in self.pairs() for at, name in pair if at == index}
        referring = {
            key.source.column.lower() for key in self.schema.foreign_keys if key.source.table == source.table.name
        }
        return bool(joining & referring)

    def ties(self, index: int) -> bool:
        """Whether any condition, of whatever form, speaks of a source and another together."""
        for condition in self._conditions():
            named = {found[0] for column in condition.find_all(exp.Column) if (found := self.attribute(column))}
            if index in named and len(named) > 1:
                return True
        return False

    def _conditions(self) -> Iterator[exp.Expr]:
        """Yield the conditions that hold of every row of the join."""
        yield from conjuncts(self.scope.select.args.get("where"))
        for source in self.scope.sources:
            yield from conjuncts(source.join.args.get("on") if source.join else None)

    @cached_property
    def _rules(self) -> tuple[tuple[frozenset[Attribute], frozenset[Attribute]], ...]:
        """Every dependency, as the attributes on its left and on its right."""
        rules: list[tuple[frozenset[Attribute], frozenset[Attribute]]] = []
        for index, source in enumerate(self.scope.sources):
            row = frozenset({(index, ROW)})
            rules.append((row, frozenset((index, name) for name in source.folded)))
            rules += [(frozenset((index, name) for name in key), row) for key in self._keys(source)]
        for left, right in self.pairs():
            rules += [(frozenset({left}), frozenset({right})), (frozenset({right}), frozenset({left}))]
        rules += [(frozenset(), frozenset({constant})) for constant in self._constants()]
        return tuple(rules)

    @cached_property
    def _rules_by_fact(self) -> Mapping[Attribute, Sequence[int]]:
        """The rules that each attribute stands on the left of, by position."""
        found: defaultdict[Attribute, list[int]] = defaultdict(list)
        for position, (left, _) in enumerate(self._rules):
            for attribute in left:
                found[attribute].append(position)
        return found

    def _constants(self) -> Iterator[Attribute]:
        """Yield the columns that WHERE or ON holds equal to one value."""
        for condition in self._conditions():
            if not isinstance(condition, exp.EQ | exp.Is):
                continue
            for side, other in ((condition.this, condition.expression), (condition.expression, condition.this)):
                attribute = self.attribute(side) if isinstance(side, exp.Column) else None
                if attribute and not any(self.attribute(column) for column in other.find_all(exp.Column)):
                    yield attribute

    def _keys(self, source: Source) -> Iterator[frozenset[str]]:
        """Yield the sets of folded column names of which a source has each combination once."""
        if source.table is not None:
            yield from table_keys(source.table, self.schema)
        elif isinstance(source.query, exp.Query):
            yield from _query_keys(source.query)


def table_keys(table: Table, schema: Schema) -> tuple[frozenset[str], ...]:
    """Return a table's keys: the declared one, else each column that foreign keys refer to."""
    if table.primary_key:
        return (frozenset(name.lower() for name in table.primary_key),)
    referred = {key.target.folded for key in schema.foreign_keys}
    return tuple(frozenset({column}) for name, column in sorted(referred) if name == table.name.lower())


def _query_keys(query: exp.Query) -> Iterator[frozenset[str]]:
    """Yield the keys of a sub-query's result: its grouping, all of a DISTINCT, nothing where it has one row."""
    select = query.unnest()
    if not isinstance(select, exp.Select):
        return
    names = [projection.alias_or_name.lower() for projection in select.expressions]
    group = select.args.get("group")
    limit = select.args.get("limit")
    if limit is not None and limit.expression.name == "1":
        yield frozenset()
    if group is not None:
        plain = {p.unalias().sql(): name for p, name in zip(select.expressions, names, strict=True)}
        keys = [plain.get(term.sql()) for term in group.expressions]
        if all(keys):
            yield frozenset(key for key in keys if key)
    elif any(isinstance(p.unalias(), exp.AggFunc) for p in select.expressions):
        yield frozenset()
    if select.args.get("distinct"):
        yield frozenset(names)
