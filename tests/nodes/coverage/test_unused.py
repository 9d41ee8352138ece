"""The notes on what a plan leaves out."""

from __future__ import annotations

import pytest

from nodes.coverage.unused import unused_by
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of


@pytest.mark.parametrize(
    ("database", "utterance", "sql", "unused"),
    [
        ("clients", "List the clients in Berlin", "SELECT name FROM client", ("Berlin",)),
        ("clients", "List the clients in Berlin", "SELECT name FROM client WHERE city = 'Berlin'", ()),
        ("clients", "List the clients from Ireland", "SELECT name FROM client", ("Ireland",)),
        ("shop", "How many sales were there in 2024?", "SELECT count(*) FROM sale", ("2024",)),
        ("shop", "How many sales were there in 2024?", "SELECT count(*) FROM sale WHERE sale_date BETWEEN '2024-01-01' AND '2024-12-31'", ()),
    ],
)  # fmt: skip
def test_what_a_plan_leaves_out_is_named(
    contexts: dict[str, Context], database: str, utterance: str, sql: str, unused: tuple[str, ...]
) -> None:
    context = contexts[database]
    assert unused_by(to_plan(sql, context.schema), demand_of(context, utterance)) == unused
