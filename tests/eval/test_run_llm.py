"""A run with a language model at the other end: answers, faults, a dead endpoint, record and replay."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from agent.config import ConfigError
from agent.llm import CassetteOptions
from eval.analysis.compare import compare
from eval.analysis.costs import cost_lines, run_cost
from eval.bench.loopback_endpoint import DROPPED
from eval.records import read_manifest, read_turns
from eval.report.run_view import gather
from eval.report.topics.costs import cost_tables
from eval.runs.experiment import RunOptions
from eval.runs.run import RunCounts, run
from eval.scoring.score import score
from tests.eval.archive import DIALOGUES, make_archive
from tests.eval.runs.test_run import content
from tests.fake_endpoint import Answer, Response, fake_endpoint, fault, said

KEY = "sk-planted-9876543210"
GOLD = {turn["utterance"]: turn["query"] for dialogue in DIALOGUES for turn in dialogue["interaction"]}


def knows_gold(body: dict[str, Any]) -> Response:
    """Answer with the gold SQL of the last question, as a good model would."""
    question = re.findall(r"Question: (.*)", body["messages"][-1]["content"])[-1]
    return said(f"```sql\n{GOLD[question]}\n```")


def config(folder: Path, base_url: str, **endpoint: Any) -> Path:
    settings = {"base_url": base_url, "model": "m", "key_env": "MY_KEY", **endpoint}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    path = folder / f"agent-{hashlib.sha256(base_url.encode()).hexdigest()[:8]}.toml"
    path.write_text('[nodes]\nsql_generation = { variant = "llm" }\n\n[endpoint]\n' + "\n".join(lines) + "\n")
    return path


def answer_all(archive: Path, out: Path, answer: Answer, **options: Any) -> RunCounts:
    endpoint = options.pop("endpoint", {})
    with fake_endpoint(answer) as server:
        path = config(archive, server.base_url, **endpoint)
        return run(RunOptions(data=archive, out=out, config=path, environment={"MY_KEY": KEY}, **options))


def untimed(out: Path) -> list[dict[str, Any]]:
    """The records without what differs between two runs of the same thing."""
    lines = content(out)
    for line in lines:
        for stage in line["stages"].values():
            for call in stage["calls"]:
                call["usage"].pop("seconds")
    return lines


def test_every_turn_is_answered_scored_and_accounted_for(archive: Path, tmp_path: Path) -> None:
    counts = answer_all(archive, tmp_path / "run", knows_gold, concurrency=4)
    assert (counts.answered, counts.not_run, counts.stopped) == (8, 0, None)
    for record in read_turns(tmp_path / "run"):
        (call,) = record.stages["sql_generation"].calls
        assert call.outcome == "complete" and call.usage.cached_tokens == 60
    assert score(tmp_path / "run").means["value"] == 1.0
    cost = run_cost(tmp_path / "run")
    assert (cost.turns, cost.correct, list(cost.stages)) == (8, 7, ["sql_generation"])
    assert (cost.total.prompt_tokens, cost.total.cached_share) == (800, 0.6)
    assert cost.total.outcomes == {"complete": 8} and cost.total.price is None
    assert "by correct turn: 126 tokens" in "\n".join(cost_lines(cost))
    totals, nodes = cost_tables([gather(tmp_path / "run")])
    assert totals.rows[0][1:3] == (".875", "110") and totals.rows[0][5] == "126"
    assert nodes.rows[0][:5] == ("sql_generation", "8", "8", "800", "60%") and nodes.rows[-1][0] == "all"


def test_prompts_are_told_apart_by_their_hash(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_all(archive, tmp_path / "a", knows_gold, dialogues="0:1")
    monkeypatch.setattr("nodes.prompts.sql_prompt.INSTRUCTION", "Write SQL.")
    answer_all(archive, tmp_path / "b", knows_gold, dialogues="0:1")
    hashes = [read_manifest(tmp_path / name).prompts_sha256 for name in "ab"]
    assert None not in hashes and hashes[0] != hashes[1]
    run(RunOptions(data=archive, out=tmp_path / "c", config=Path("configs/skip.toml"), dialogues="0:1"))
    assert read_manifest(tmp_path / "c").prompts_sha256 is None


def test_two_models_under_one_name_are_told_apart_by_what_the_server_says(archive: Path, tmp_path: Path) -> None:
    for name, root in (("a", "/models/base"), ("b", "/models/tuned"), ("c", None)):
        told = {"id": "m", "root": root} if root else None
        with fake_endpoint(knows_gold, told) as server:
            path = config(archive, server.base_url)
            options = RunOptions(data=archive, out=tmp_path / name, config=path, environment={"MY_KEY": KEY})
            assert run(options).not_run == 0
        score(tmp_path / name)
    assert read_manifest(tmp_path / "a").served_model == {"id": "m", "root": "/models/base"}
    assert read_manifest(tmp_path / "c").served_model == {}
    assert "served_model" in compare([tmp_path / "a", tmp_path / "b"]).runs[-1].differs_in


def test_a_dead_endpoint_stops_the_run_and_resuming_finishes_it(archive: Path, tmp_path: Path) -> None:
    asked: list[int] = []

    def dies(body: dict[str, Any]) -> Response:
        asked.append(1)
        return knows_gold(body) if len(asked) <= 3 else fault(503, **{"x-should-retry": "false"})

    out = tmp_path / "run"
    counts = answer_all(archive, out, dies)
    assert counts.stopped and counts.answered == 3
    assert not any(record.outcome == "no_sql" for record in read_turns(out))
    counts = answer_all(archive, out, knows_gold, resume=True)
    assert (counts.answered, counts.not_run, counts.kept, counts.stopped) == (8, 0, 3, None)
    answer_all(archive, tmp_path / "whole", knows_gold)
    assert untimed(out) == untimed(tmp_path / "whole")


def test_replay_needs_no_endpoint_and_misses_loudly(archive: Path, tmp_path: Path) -> None:
    cassette = tmp_path / "cassette"
    answer_all(archive, tmp_path / "live", knows_gold, cassette=CassetteOptions(cassette), concurrency=3)
    path = next(archive.glob("agent-*.toml"))
    replay = CassetteOptions(cassette, replay=True)
    counts = run(RunOptions(data=archive, out=tmp_path / "again", config=path, cassette=replay))
    assert counts.answered == 8
    assert untimed(tmp_path / "live") == untimed(tmp_path / "again")
    changed = RunOptions(
        data=archive, out=tmp_path / "changed", config=path, nodes=("schema_linking=lexical",), cassette=replay
    )
    counts = run(changed)
    assert counts.stopped and "record again" in counts.stopped


def test_a_changed_node_asks_only_for_what_follows_it(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answers(body: dict[str, Any]) -> Response:
        asked.append(body.get("response_format", {}).get("json_schema", {}).get("name", "sql"))
        links = {"columns": [{"table": "city", "column": "name"}], "tables": [{"table": "city"}]}
        return knows_gold(body) if asked[-1] == "sql" else said(json.dumps(links))

    cassette, nodes = CassetteOptions(tmp_path / "cassette"), ("schema_linking=llm",)
    answer_all(archive, tmp_path / "first", answers, cassette=cassette, nodes=nodes)
    assert asked.count("schema_links") == asked.count("sql") == 8
    asked.clear()
    monkeypatch.setattr("nodes.prompts.sql_prompt.INSTRUCTION", "Write some SQL.")
    answer_all(archive, tmp_path / "second", answers, cassette=cassette, nodes=nodes)
    assert asked == ["sql"] * 8
    asked.clear()
    answer_all(archive, tmp_path / "third", answers, cassette=cassette, nodes=nodes)
    assert not asked and untimed(tmp_path / "second") == untimed(tmp_path / "third")


def test_the_key_is_written_nowhere(archive: Path, tmp_path: Path) -> None:
    cassette = tmp_path / "out" / "cassette"
    cassette.parent.mkdir()
    answer_all(archive, tmp_path / "out" / "run", knows_gold, cassette=CassetteOptions(cassette))
    echo = fault(401, f"wrong key {KEY}")
    counts = answer_all(archive, tmp_path / "out" / "refused", lambda body: echo)
    assert counts.stopped and "set MY_KEY" in counts.stopped and KEY not in counts.stopped
    for path in (tmp_path / "out").rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_a_missing_key_is_said_before_anything_is_written(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "archive")
    path = config(archive, "http://127.0.0.1:9/v1")
    with pytest.raises(ConfigError, match="set the environment variable MY_KEY"):
        run(RunOptions(data=archive, out=tmp_path / "run", config=path))
    assert not (tmp_path / "run").exists()


def test_where_the_server_stands_does_not_change_the_configuration(archive: Path, tmp_path: Path) -> None:
    answer_all(archive, tmp_path / "a", knows_gold, dialogues="0:1")
    answer_all(archive, tmp_path / "b", knows_gold, dialogues="0:1")
    manifests = [read_manifest(tmp_path / name) for name in "ab"]
    assert manifests[0].config_sha256 == manifests[1].config_sha256


def test_the_manifest_hashes_what_is_asked(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_all(archive, tmp_path / "a", knows_gold)
    answer_all(archive, tmp_path / "b", knows_gold, history="predicted")
    monkeypatch.setattr("nodes.prompts.sql_prompt.INSTRUCTION", "Write some SQL.")
    answer_all(archive, tmp_path / "c", knows_gold)
    first, second, third = (read_manifest(tmp_path / name).prompts_sha256 for name in "abc")
    assert first is not None
    assert first == second != third


@pytest.mark.parametrize("turn", [0, 1, 7])
def test_one_prompt_that_the_server_drops_costs_one_turn(archive: Path, tmp_path: Path, turn: int) -> None:
    asked = list(GOLD)

    def drops(body: dict[str, Any]) -> Response:
        question = re.findall(r"Question: (.*)", body["messages"][-1]["content"])[-1]
        return DROPPED if question == asked[turn % len(asked)] else knows_gold(body)

    counts = answer_all(archive, tmp_path / "run", drops, endpoint={"max_retries": 0})
    lost = sum(t["utterance"] == asked[turn % len(asked)] for d in DIALOGUES for t in d["interaction"])
    assert (counts.not_run, counts.answered, counts.stopped) == (lost, 8 - lost, None)
    assert "the connection broke" in str(counts.first_error)
