from __future__ import annotations

import pytest

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Branch,
    Call,
    Case,
    Cast,
    ColumnTerm,
    DerivedTerm,
    Junction,
    LiteralTerm,
    Negation,
    Ordering,
    Plan,
    PlanSource,
    Predicate,
    SetOperation,
    Star,
    SubPlan,
    TableSource,
    Term,
    Truth,
)
from nodes.plan.render import condition_text, plan_lines, term_text

NAME = ColumnTerm(table="item", column="name")
PRICE = ColumnTerm(table="item", column="price")
ONE = LiteralTerm(value=1)
CHEAP = Predicate(left=PRICE, operator="<", right=(ONE,))
INNER = Plan(select=(NAME,), tables=(TableSource(table="item"),))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (ColumnTerm(table="item", column="name", occurrence=1), "item#2.name"),
        (DerivedTerm(source=0, position=1), "source 1, column 2"),
        (Star(), "*"),
        (Star(source=1), "source 2.*"),
        (LiteralTerm(value=None), "null"),
        (LiteralTerm(value="a'b"), '"a\'b"'),
        (Aggregate(function="count", argument=NAME, distinct=True), "count(distinct item.name)"),
        (Arithmetic(operator="+", left=PRICE, right=ONE), "(item.price + 1)"),
        (Call(function="lower", arguments=(NAME,)), "lower(item.name)"),
        (Cast(argument=NAME, type="integer"), "cast(item.name as integer)"),
        (
            Case(branches=(Branch(condition=CHEAP, value=ONE),), otherwise=PRICE),
            "case when item.price < 1 then 1 else item.price end",
        ),
        (SubPlan(plan=INNER), "(select item.name from item)"),
        (Truth(condition=CHEAP), "(item.price < 1)"),
    ],
)
def test_terms(term: Term, text: str) -> None:
    assert term_text(term) == text


def test_conditions() -> None:
    two = LiteralTerm(value=2)
    assert condition_text(Predicate(left=PRICE, operator="between", right=(ONE, two))) == "item.price between 1 and 2"
    assert condition_text(Predicate(left=PRICE, operator="in", right=(ONE, two))) == "item.price in (1, 2)"
    inside = Predicate(left=NAME, operator="in", right=(SubPlan(plan=INNER),))
    assert condition_text(inside) == "item.name in (select item.name from item)"
    absent = Predicate(left=NAME, operator="is null")
    either = Junction(kind="or", conditions=(CHEAP, absent))
    both = Junction(kind="and", conditions=(Negation(condition=CHEAP), either))
    assert condition_text(both) == "not (item.price < 1) and (item.price < 1 or item.name is null)"
    exists = Predicate(operator="exists", right=(SubPlan(plan=INNER),))
    assert condition_text(exists) == "exists (select item.name from item)"


def test_a_plan_is_one_line_a_clause() -> None:
    plan = Plan(
        select=(NAME, Aggregate(function="count", argument=Star())),
        distinct=True,
        tables=(TableSource(table="item"), PlanSource(plan=INNER)),
        where=CHEAP,
        group_by=(NAME,),
        having=CHEAP,
        order_by=(Ordering(term=NAME, descending=True),),
        limit=3,
        offset=0,
        set_operations=(SetOperation(operator="union", plan=INNER),),
    )
    assert plan_lines(plan) == [
        "select distinct item.name, count(*)",
        "from item, (select item.name from item)",
        "where item.price < 1",
        "group by item.name",
        "having item.price < 1",
        "order by item.name descending",
        "limit 3",
        "offset 0",
        "union select item.name from item",
    ]
    assert plan_lines(Plan()) == ["(empty)"]
