"""`langgraph.json` names a graph that Studio can open, with nothing but an utterance for input."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from tests.agent.conftest import ROOT
from value_index.errors import TurnSQLError


def loaded() -> Any:
    """Load the factory as langgraph's command does: the file by its path, the attribute behind the colon."""
    settings = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))
    assert settings["dependencies"] == ["."]
    path, _, attribute = settings["graphs"]["turnsql"].partition(":")
    spec = importlib.util.spec_from_file_location("studio_graph", ROOT / path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, attribute)


@pytest.fixture
def graph(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("TURNSQL_DB", str(database_file))
    monkeypatch.setenv("TURNSQL_CONFIG", str(ROOT / "configs" / "lexical.toml"))
    return asyncio.run(loaded()())


def test_an_utterance_is_enough(graph: Any) -> None:
    assert list(graph.get_input_jsonschema()["properties"]) == ["utterance"]
    given = asyncio.run(graph.ainvoke({"utterance": "List the names of the items."}))
    assert given["sql"] == "SELECT name FROM item" and given["rows"][0] == ["lamp"]
    assert set(graph.get_graph().nodes) >= {"plan_emission", "sql_generation", "execute"}


def test_a_thread_of_studio_s_own_carries_the_conversation(graph: Any, caplog: pytest.LogCaptureFixture) -> None:
    graph.checkpointer = InMemorySaver()
    thread = {"configurable": {"thread_id": "a"}}

    async def talk() -> list[dict[str, Any]]:
        asked = ("List the names of the items.", "Only those with a price over 20.", "thanks")
        return [await graph.ainvoke({"utterance": question}, thread) for question in asked]

    first, second, thanks = asyncio.run(talk())
    assert first["sql"] == "SELECT name FROM item"
    assert second["sql"] == "SELECT name FROM item WHERE price > 20" and second["rows"] == [["lamp"], ["chair"]]
    assert thanks["no_question"]["kind"] == "small_talk" and len(thanks["history"]) == 2
    assert not caplog.records, "what is kept is plain data"


def test_a_missing_address_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TURNSQL_DB", raising=False)
    with pytest.raises(TurnSQLError, match="set TURNSQL_DB"):
        asyncio.run(loaded()())
