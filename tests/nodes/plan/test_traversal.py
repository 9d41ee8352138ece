"""Walkers over plans that nest in every way."""

from __future__ import annotations

import pickle

from nodes.plan import Aggregate, ColumnTerm, DerivedTerm, Junction, Plan, PlanModel, Predicate, Star
from nodes.plan.sources import derived_from, source_of
from nodes.plan.traversal import (
    aggregates,
    blocks,
    columns,
    conjunction,
    conjuncts,
    escapes,
    map_references,
    members,
    parts,
    predicates,
    rewrite,
    table_names,
    walk,
    walk_scoped,
)
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema


def plan(sql: str) -> Plan:
    return to_plan(sql, shop_schema())


NESTED = """
SELECT name, (SELECT max(total) FROM invoice) FROM customer AS c
WHERE id IN (SELECT customer_id FROM purchase WHERE quantity > 1 AND customer_id = c.id) OR NOT name = 'Cy'
UNION SELECT body, 1 FROM (SELECT body FROM note)
"""


def test_blocks_tables_and_columns_reach_every_depth() -> None:
    found = plan(NESTED)
    assert len(list(blocks(found))) == 5
    assert table_names(found) == ("invoice", "customer", "purchase", "note")
    assert {(c.table, c.column) for c in columns(found)} == {
        ("customer", "name"), ("customer", "id"), ("invoice", "total"), ("purchase", "customer_id"),
        ("purchase", "quantity"), ("note", "body"),
    }  # fmt: skip
    assert [len(member.tables) for member in members(found)] == [1, 1]


def test_what_was_found_inside_a_part_stays_behind_when_it_is_copied() -> None:
    found = plan("SELECT name FROM customer WHERE id = 1")
    assert [part for part in walk(found) if isinstance(part, Predicate)] == [found.where]
    copy = found.model_copy(update={"where": None})
    assert not any(isinstance(part, Predicate) for part in walk(copy))
    assert found.model_copy() == found and pickle.loads(pickle.dumps(found)) == found


def test_the_stack_leads_to_the_block_a_term_means() -> None:
    found = plan(NESTED)
    for part, stack in walk_scoped(found):
        if isinstance(part, ColumnTerm):
            assert source_of(part, stack[part.outer].tables) == 0


def test_aggregates_stay_in_their_block() -> None:
    found = plan("SELECT count(*) FROM product WHERE price > (SELECT avg(price) FROM product)")
    assert [a.function for a in aggregates(found)] == ["count"]
    assert [a.function for a in parts(found, Aggregate)] == ["count", "avg"]


def test_conditions_flatten_and_join() -> None:
    where = plan("SELECT id FROM product WHERE id = 1 AND (price = 2 AND (name = 'x' OR name = 'y'))").where
    several = conjuncts(where)
    assert len(several) == 3 and conjuncts(None) == ()
    assert len(list(predicates(where))) == 4
    assert conjunction(several) == Junction(kind="and", conditions=several)
    assert conjunction(several[:1]) == several[0] and conjunction(()) is None


def test_a_derived_term_leads_to_its_projection() -> None:
    found = plan("SELECT n FROM (SELECT count(*) AS n FROM purchase)")
    term = next(parts(found, DerivedTerm))
    assert derived_from(term, (found,)) == (Aggregate(function="count", argument=Star()), (found.tables[0].plan, found))
    starred = plan("SELECT name FROM (SELECT * FROM product)")
    assert derived_from(next(parts(starred, DerivedTerm)), (starred,)) is None


def test_escapes_tells_correlated_plans() -> None:
    inner = [block for block in blocks(plan(NESTED)) if table_names(block) == ("purchase",)]
    assert escapes(inner[0]) and not escapes(plan(NESTED))


def test_rewrite_shares_what_does_not_change() -> None:
    found = plan(NESTED)
    assert rewrite(found, lambda part: part) is found

    def without_predicate_order(part: PlanModel) -> PlanModel:
        return (
            part.model_copy(update={"operator": "!="}) if isinstance(part, Predicate) and part.operator == "=" else part
        )

    changed = rewrite(found, without_predicate_order)
    assert "=" not in {predicate.operator for predicate in parts(changed, Predicate)}
    assert "=" in {predicate.operator for predicate in parts(found, Predicate)}


def test_map_references_follows_correlation_and_leaves_set_members() -> None:
    found = plan(NESTED)
    changed = map_references(found, lambda part: part.model_copy(update={"occurrence": 7}))
    assert {(c.table, c.occurrence) for c in columns(changed)} == {
        ("customer", 7), ("invoice", 0), ("purchase", 0), ("note", 0)
    }  # fmt: skip
