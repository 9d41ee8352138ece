"""Gold links are filled up to the size that the linker hands on, and never beyond it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from eval.ablation.stand_ins import SameSize
from eval.datasets import load
from eval.gold.outputs import GoldBook
from eval.runs.oracle import Oracle
from nodes.node import Context
from nodes.schema_linking import Skip
from nodes.state import GraphState, SchemaLinks


class Nothing:
    """A linker that hands on nothing."""

    async def __call__(self, state: GraphState, context: Context) -> SchemaLinks:
        return SchemaLinks()


def test_fillers_follow_gold(archive: Path) -> None:
    dataset = load("cosql", archive, "dev")
    database = dataset.open_database("shop_1")
    context, oracle = Context(database.schema, database), Oracle("schema_linking", GoldBook(dataset))
    state = GraphState(turn_id="0/1", database_id="shop_1", utterance="Only those in FR.")
    gold, whole, padded, bare = (
        asyncio.run(node(state, context))
        for node in (oracle, Skip(), SameSize(oracle, Skip()), SameSize(oracle, Nothing()))
    )
    dataset.close()
    assert bare == gold
    assert padded.columns[: len(gold.columns)] == gold.columns
    assert {link.column for link in padded.columns} == {link.column for link in whole.columns}
    assert (len(padded.tables), len(padded.columns)) == (len(whole.tables), len(whole.columns))
