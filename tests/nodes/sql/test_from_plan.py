"""Plans that no SQL gives: what `from_plan` makes of them, and what it refuses."""

from __future__ import annotations

import pytest

from nodes.plan import (
    ColumnTerm,
    DerivedTerm,
    Join,
    Junction,
    LiteralTerm,
    Ordering,
    Plan,
    PlanSource,
    Predicate,
    SetOperation,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from tests.nodes.sql.shop import shop, shop_schema

NAME = ColumnTerm(table="customer", column="name")
CUSTOMER = TableSource(table="customer")
NAMES = Plan(select=(NAME,), tables=(CUSTOMER,))


def test_the_empty_plan_is_the_empty_text() -> None:
    assert from_plan(Plan(), shop_schema()) == ""
    assert from_plan(Plan(tables=(CUSTOMER,)), shop_schema()) == ""


def test_names_are_spelled_as_the_schema_spells_them() -> None:
    plan = Plan(select=(ColumnTerm(table="CUSTOMER", column="Home Town"),), tables=(TableSource(table="Customer"),))
    assert from_plan(plan, shop_schema()) == 'SELECT "home town" FROM customer'


def test_a_condition_that_stands_twice_is_written_once() -> None:
    named = Predicate(left=NAME, operator="=", right=(LiteralTerm(value="Ada"),))
    town = Predicate(
        left=ColumnTerm(table="customer", column="home town"), operator="=", right=(LiteralTerm(value="X"),)
    )
    either = Junction(kind="or", conditions=(town, town))
    plan = NAMES.model_copy(update={"where": Junction(kind="and", conditions=(named, named, either))})
    inner = NAMES.model_copy(update={"where": Junction(kind="and", conditions=(named, named))})
    nested = NAMES.model_copy(update={"where": Predicate(left=NAME, operator="in", right=(SubPlan(plan=inner),))})
    assert from_plan(plan, shop_schema()).endswith("WHERE name = 'Ada' AND \"home town\" = 'X'")
    assert from_plan(nested, shop_schema()).count("'Ada'") == 1


def test_a_set_member_with_an_ordering_of_its_own_goes_into_from() -> None:
    last = NAMES.model_copy(update={"order_by": (Ordering(term=NAME, descending=True),), "limit": 1})
    sql = from_plan(
        NAMES.model_copy(update={"set_operations": (SetOperation(operator="except", plan=last),)}), shop_schema()
    )
    assert (
        sql == "SELECT name FROM customer EXCEPT SELECT * FROM (SELECT name FROM customer ORDER BY name DESC LIMIT 1)"
    )
    assert sorted(shop().execute(sql).fetchall()) == [("Ada",), ("Ben",)]


def test_a_constant_in_order_by_is_no_position() -> None:
    plan = NAMES.model_copy(update={"order_by": (Ordering(term=LiteralTerm(value=9)),)})
    assert shop().execute(from_plan(plan, shop_schema())).fetchall()


def test_text_is_always_quoted() -> None:
    evil = "x'; DROP TABLE customer; --"
    where = Predicate(left=NAME, operator="=", right=(LiteralTerm(value=evil),))
    sql = from_plan(NAMES.model_copy(update={"where": where}), shop_schema())
    assert sql == "SELECT name FROM customer WHERE name = 'x''; DROP TABLE customer; --'"
    odd = Plan(select=(ColumnTerm(table='a"b', column="; --"),), tables=(TableSource(table='a"b'),))
    assert from_plan(odd, shop_schema()) == 'SELECT "; --" FROM "a""b"'


BROKEN: dict[str, Plan] = {
    "column of a table that is not in FROM": Plan(
        select=(ColumnTerm(table="product", column="name"),), tables=(CUSTOMER,)
    ),
    "second occurrence of a table that stands once": Plan(
        select=(ColumnTerm(table="customer", column="name", occurrence=1),), tables=(CUSTOMER,)
    ),
    "no block that far out": Plan(select=(ColumnTerm(table="customer", column="name", outer=2),), tables=(CUSTOMER,)),
    "derived term of a table": Plan(select=(DerivedTerm(source=0, position=0),), tables=(CUSTOMER,)),
    "derived term of no source": Plan(select=(DerivedTerm(source=3, position=0),), tables=(CUSTOMER,)),
    "position beyond the sub-plan": Plan(select=(DerivedTerm(source=0, position=4),), tables=(PlanSource(plan=NAMES),)),
    "star over no source": Plan(select=(Star(source=2),), tables=(CUSTOMER,)),
    "joins that do not fit the sources": Plan(select=(NAME,), tables=(CUSTOMER,), joins=(Join(),)),
    "a comparison with nothing": NAMES.model_copy(update={"where": Predicate(left=NAME, operator="=")}),
    "a comparison of nothing": NAMES.model_copy(
        update={"where": Predicate(operator="=", right=(LiteralTerm(value=1),))}
    ),
    "between one bound": NAMES.model_copy(
        update={"where": Predicate(left=NAME, operator="between", right=(LiteralTerm(value=1),))}
    ),
    "a set operation ordered by something else": NAMES.model_copy(
        update={
            "set_operations": (SetOperation(operator="union", plan=NAMES),),
            "order_by": (Ordering(term=ColumnTerm(table="customer", column="id")),),
        }
    ),
    "an empty sub-plan": NAMES.model_copy(
        update={"where": Predicate(left=NAME, operator="in", right=(SubPlan(plan=Plan()),))}
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_plans_are_refused_in_one_line(name: str) -> None:
    with pytest.raises(SQLError) as caught:
        from_plan(BROKEN[name], shop_schema())
    assert caught.value.cause == "plan" and "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_numbers_without_a_literal_are_refused(value: float) -> None:
    term: Term = LiteralTerm(value=value)
    with pytest.raises(SQLError):
        from_plan(Plan(select=(term,)), shop_schema())
