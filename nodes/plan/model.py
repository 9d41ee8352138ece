"""The Plan: a query as typed data, with no SQL text in any string.

Every leaf is a reference into the schema, a literal, or a member of a closed set. One type has four uses: what a model
emits through a JSON schema, what gold SQL is parsed into, what is scored field by field, and what compiles to SQL.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr

from value_index.models import FrozenModel
from value_index.schema import ColumnRef

TableName = Annotated[str, Field(json_schema_extra={"leaf": "table"})]
ColumnName = Annotated[str, Field(json_schema_extra={"leaf": "column"})]
LiteralValue = Annotated[
    StrictBool | StrictInt | StrictFloat | StrictStr | None, Field(json_schema_extra={"leaf": "literal"})
]

AggregateFunction = Literal["count", "sum", "avg", "min", "max", "total", "group_concat"]
FunctionName = Literal[
    "abs", "ceil", "char_length", "coalesce", "concat", "current_date", "current_time", "current_timestamp", "date",
    "datetime", "exp", "floor", "ifnull", "iif", "instr", "json_extract", "julianday", "length", "ln", "lower", "ltrim",
    "max", "min", "mod", "nullif", "pow", "printf", "replace", "round", "rtrim", "sign", "sqrt", "strftime", "substr",
    "time", "trim", "typeof", "unixepoch", "upper",
]  # fmt: skip
CastType = Literal["integer", "real", "text", "numeric", "blob", "date", "datetime", "float", "decimal"]
ArithmeticOperator = Literal["+", "-", "*", "/", "%", "||"]
Operator = Literal[
    "=", "!=", "<", "<=", ">", ">=", "like", "not like", "glob", "not glob", "in", "not in", "between", "not between",
    "is null", "is not null", "is", "is not", "exists", "not exists",
]  # fmt: skip
RANGE_OPERATORS: tuple[Operator, ...] = ("<", "<=", ">", ">=", "between", "not between")
"""Operators that ask where a value lies in an order."""
SetOperator = Literal["union", "union all", "intersect", "except"]
JoinKind = Literal["inner", "left", "right", "full", "cross"]


class PlanModel(FrozenModel):
    """A frozen part of a plan; unknown fields are refused."""

    __slots__ = ("_children", "_inside")  # kept by `traversal`; a copy of a part begins without them


class ColumnTerm(PlanModel):
    """A column of a table in scope."""

    kind: Literal["column"] = "column"
    table: TableName
    column: ColumnName
    occurrence: int = Field(default=0, ge=0)
    """Which occurrence of the table in the scope's `tables`: 0 unless the table is joined to itself."""
    outer: int = Field(default=0, ge=0)
    """How many queries out the scope lies: 0 is the own one, 1 the query around it (a correlated sub-query)."""

    @classmethod
    def of(cls, ref: ColumnRef) -> Self:
        """Return a column of the schema as a term: the table's first occurrence in the own scope."""
        return cls(table=ref.table, column=ref.column)

    @property
    def ref(self) -> ColumnRef:
        """The column of the schema."""
        return _ref(self.table, self.column)


@lru_cache(maxsize=8192)
def _ref(table: str, column: str) -> ColumnRef:
    """Return one and the same reference each time: a turn asks some hundred plans for theirs."""
    return ColumnRef(table=table, column=column)


class DerivedTerm(PlanModel):
    """A column of a sub-plan that stands in FROM."""

    kind: Literal["derived"] = "derived"
    source: int = Field(ge=0)
    """Index into the scope's `tables`."""
    position: int = Field(ge=0)
    """Index into the sub-plan's `select` (stars expanded)."""
    outer: int = Field(default=0, ge=0)


class Star(PlanModel):
    """`*`, or every column of one source; as the argument of count, the row itself."""

    kind: Literal["star"] = "star"
    source: int | None = None
    """Index into the scope's `tables`; None is all of them."""


class LiteralTerm(PlanModel):
    """A constant."""

    kind: Literal["literal"] = "literal"
    value: LiteralValue


class Aggregate(PlanModel):
    """An aggregate function over the group."""

    kind: Literal["aggregate"] = "aggregate"
    function: AggregateFunction
    argument: Term
    distinct: bool = False


class Arithmetic(PlanModel):
    """A binary operation on two terms."""

    kind: Literal["arithmetic"] = "arithmetic"
    operator: ArithmeticOperator
    left: Term
    right: Term


class Call(PlanModel):
    """A scalar function of the closed set."""

    kind: Literal["call"] = "call"
    function: FunctionName
    arguments: tuple[Term, ...] = ()


class Cast(PlanModel):
    """A term read as another type."""

    kind: Literal["cast"] = "cast"
    argument: Term
    type: CastType


class Branch(PlanModel):
    """One WHEN of a CASE."""

    condition: Condition
    value: Term


class Case(PlanModel):
    """A CASE of conditions (the simple form is written as equalities)."""

    kind: Literal["case"] = "case"
    branches: tuple[Branch, ...] = Field(min_length=1)
    otherwise: Term | None = None


class SubPlan(PlanModel):
    """A query used as a value, or as the right side of IN and EXISTS."""

    kind: Literal["plan"] = "plan"
    plan: Plan


class Truth(PlanModel):
    """A condition used as a value (SQLite's 0 and 1)."""

    kind: Literal["truth"] = "truth"
    condition: Condition


Term = Annotated[
    ColumnTerm | DerivedTerm | Star | LiteralTerm | Aggregate | Arithmetic | Call | Cast | Case | SubPlan | Truth,
    Field(discriminator="kind"),
]


class Predicate(PlanModel):
    """One comparison: the leaf of a condition, and the unit of filter memory."""

    kind: Literal["predicate"] = "predicate"
    left: Term | None = None
    """None for exists and not exists."""
    operator: Operator
    right: tuple[Term, ...] = ()
    """None for null tests, one for comparisons, two for between, any number (or one sub-plan) for in."""


class Junction(PlanModel):
    """Conditions that all, or of which any, must hold."""

    kind: Literal["and", "or"]
    conditions: tuple[Condition, ...] = Field(min_length=2)


class Negation(PlanModel):
    """A condition that must not hold."""

    kind: Literal["not"] = "not"
    condition: Condition


Condition = Annotated[Predicate | Junction | Negation, Field(discriminator="kind")]


class TableSource(PlanModel):
    """A table of the schema in FROM."""

    kind: Literal["table"] = "table"
    table: TableName


class PlanSource(PlanModel):
    """A sub-plan in FROM."""

    kind: Literal["plan"] = "plan"
    plan: Plan


Source = Annotated[TableSource | PlanSource, Field(discriminator="kind")]


class Join(PlanModel):
    """How the next source joins those before it."""

    kind: JoinKind = "inner"
    on: Condition | None = None


class Ordering(PlanModel):
    """One ORDER BY term."""

    term: Term
    descending: bool = False
    nulls: Literal["first", "last"] | None = None


class SetOperation(PlanModel):
    """A set operation with a further plan (which has no ordering or limit of its own)."""

    operator: SetOperator
    plan: Plan


class Plan(PlanModel):
    """A query. With set operations, ordering and limit apply to the whole, the other fields to the first member."""

    select: tuple[Term, ...] = ()
    """Projections in order; empty in the empty plan."""
    distinct: bool = False
    """The duplicate policy: whether equal rows are shown once."""
    tables: tuple[Source, ...] = ()
    joins: tuple[Join, ...] | None = None
    """One per source after the first; None leaves them to the compiler (shortest tree of foreign keys)."""
    where: Condition | None = None
    group_by: tuple[Term, ...] = ()
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    set_operations: tuple[SetOperation, ...] = ()
    """Applied left to right."""


for _model in (Aggregate, Arithmetic, Call, Cast, Branch, Case, SubPlan, Truth, Predicate, Junction, Negation,
               PlanSource, Join, Ordering, SetOperation, Plan):  # fmt: skip
    _model.model_rebuild()

ROW_COUNT = Aggregate(function="count", argument=Star())
"""`count(*)`: how many rows there are."""
