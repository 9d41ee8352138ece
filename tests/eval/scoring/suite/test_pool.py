"""Pools: what of a database copies are drawn from."""

from __future__ import annotations

from eval.scoring.suite.pool import Pool, Reference


def test_a_pool_holds_tables_keys_references_and_views(pool: Pool) -> None:
    assert list(pool.tables) == ["owner", "dog", "vet"]
    assert pool.single_keys("dog") == {0}
    assert Reference("dog", 4, "owner", 0) in pool.references
    assert [view.startswith("CREATE VIEW old_dog") for view in pool.views] == [True]


def test_what_may_be_null_is_neither_in_a_key_nor_declared_otherwise(pool: Pool) -> None:
    assert pool.tables["dog"].nullable == {1, 2, 3, 5}
    assert pool.tables["owner"].nullable == set()
    assert pool.tables["dog"].domains[3] == ("pug", "lab")
