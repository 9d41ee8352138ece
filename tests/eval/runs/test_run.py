"""`turnsql eval run` over a small archive: records, histories, oracles, faults, and bad input."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import turnsql
from agent.config import Config
from eval.cli import app
from eval.datasets import load
from eval.records import TurnRecord, read_alone, read_manifest, read_turns
from eval.runs.experiment import Experiment, RunOptions
from eval.runs.run import run
from eval.runs.runner import Runner
from eval.runs.store import RunStore
from nodes.node import Context, Variant
from nodes.sql.parsing.parse import repair
from nodes.state import STAGES, GraphState
from tests.eval.archive import DIALOGUES
from value_index.errors import TurnSQLError

SKIP = Path("configs/skip.toml")


def options(archive: Path, out: Path, **changes: Any) -> RunOptions:
    return RunOptions(data=archive, out=out, config=SKIP, **changes)


def content(run_folder: Path) -> list[dict[str, Any]]:
    """The records without what differs between two runs of the same thing."""
    lines = [json.loads(line) for line in (run_folder / "turns.jsonl").read_text().splitlines()]
    for line in lines:
        del line["timing"]
        for stage in line["stages"].values():
            del stage["ms"]
    return lines


class Spy(Variant):
    """Writes down what sql_generation can see, and answers with a SQL of its own."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        SEEN.append(state)
        await asyncio.sleep(0)
        return f"SELECT '{state.turn_id}'"


class Broken(Variant):
    """Faults on one utterance."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        if "FR" in state.utterance:
            raise RuntimeError("the endpoint\nhung up")
        return "SELECT 1"


SEEN: list[GraphState] = []


def run_with(node: Variant, archive: Path, out: Path, experiment: Experiment, concurrency: int = 1) -> list[TurnRecord]:
    """Run with one node of the tests in the place of sql_generation."""
    SEEN.clear()
    config = Config.load(SKIP)
    config = config.model_copy(update={"settings": {**config.settings, "sql_generation": node}})
    dataset = load("cosql", archive, "dev")
    runner = Runner.build(dataset, config, experiment)
    if not (out / "manifest.json").exists():
        run(options(archive, out, dialogues="1:2"))
        (out / "turns.jsonl").write_text("")
    store = RunStore.resume(out, read_manifest(out))
    asyncio.run(runner.run(store, concurrency))
    store.sort()
    store.close()
    return read_turns(out)


def test_a_run_leaves_a_manifest_and_a_record_a_turn(archive: Path, tmp_path: Path) -> None:
    counts = run(options(archive, tmp_path / "run"))
    assert (counts.answered, counts.no_sql, counts.not_run, counts.kept) == (0, 8, 0, 0)
    manifest, turns = read_manifest(tmp_path / "run"), read_turns(tmp_path / "run")
    assert (manifest.dataset, manifest.split, manifest.dialogues, manifest.turns) == ("cosql", "dev", "0:3", 8)
    assert (manifest.oracle_stages, manifest.oracle_prompt_rows, manifest.history) == ((), 0, "gold")
    assert [turn.key for turn in turns] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]
    assert all(turn.outcome == "no_sql" and set(turn.stages) == set(STAGES) for turn in turns)
    assert turns[0].stages["schema_linking"].output["tables"][0]["table"] == "city"
    alone = read_alone(tmp_path / "run")
    assert len(alone) == 7 * 6, "every stage alone, where the gold is a plan"


def test_concurrency_changes_nothing(archive: Path, tmp_path: Path) -> None:
    run(options(archive, tmp_path / "one"))
    run(options(archive, tmp_path / "four", concurrency=4))
    assert content(tmp_path / "one") == content(tmp_path / "four")
    assert read_alone(tmp_path / "one") == read_alone(tmp_path / "four")


def test_gold_history_is_the_gold_of_earlier_turns_only(archive: Path, tmp_path: Path) -> None:
    run_with(Spy(), archive, tmp_path / "run", Experiment(alone=False))
    for state in SEEN:
        dialogue, turn = map(int, state.turn_id.split("/"))
        rows = DIALOGUES[dialogue]["interaction"]
        assert [past.sql for past in state.history] == [repair(row["query"]) for row in rows[:turn]]
        assert repair(rows[turn]["query"]) not in state.model_dump_json()


@pytest.mark.parametrize("concurrency", [1, 3])
def test_predicted_history_is_the_systems_own(archive: Path, tmp_path: Path, concurrency: int) -> None:
    run_with(Spy(), archive, tmp_path / "run", Experiment(history="predicted", alone=False), concurrency)
    for state in SEEN:
        dialogue, turn = state.turn_id.split("/")
        assert [past.sql for past in state.history] == [f"SELECT '{dialogue}/{at}'" for at in range(int(turn))]
    assert len(SEEN) == 8


def test_noised_history_is_seeded(archive: Path, tmp_path: Path) -> None:
    def histories(seed: int, rate: float) -> dict[str, tuple[str, ...]]:
        experiment = Experiment(history="noised", seed=seed, noise_rate=rate, alone=False)
        run_with(Spy(), archive, Path(tempfile.mkdtemp(dir=tmp_path)), experiment)
        return {state.turn_id: tuple(past.sql for past in state.history) for state in SEEN}

    gold = histories(1, 0.0)
    assert gold["0/2"][1] == "SELECT name FROM city WHERE country = 'FR'"
    assert histories(1, 1.0) == histories(1, 1.0) != gold
    assert histories(1, 1.0) != histories(2, 1.0)


@pytest.mark.parametrize("history", ["gold", "predicted"])
def test_a_fault_is_not_run_and_is_taken_up_by_resume(archive: Path, tmp_path: Path, history: Any) -> None:
    experiment = Experiment(history=history, alone=False)
    turns = run_with(Broken(), archive, tmp_path / "run", experiment)
    faulted = {turn.key: turn.error for turn in turns if turn.outcome == "not_run"}
    assert faulted.pop((0, 1)) == "RuntimeError: the endpoint hung up"
    assert faulted == ({} if history == "gold" else {(0, 2): "the turn before it was not run"})
    again = run_with(Spy(), archive, tmp_path / "run", experiment)
    assert [state.turn_id for state in SEEN] == (["0/1"] if history == "gold" else ["0/1", "0/2"])
    assert len(again) == 8
    assert all(turn.outcome == "answered" for turn in again)
    if history == "predicted":
        assert [past.sql for past in SEEN[-1].history] == ["SELECT 1", "SELECT '0/1'"]


def test_oracles_answer_with_gold_and_are_declared(archive: Path, tmp_path: Path) -> None:
    run(options(archive, tmp_path / "run", oracle=("sql_generation", "dialogue_state_tracking", "schema_validation")))
    manifest, turns = read_manifest(tmp_path / "run"), read_turns(tmp_path / "run")
    assert manifest.oracle_stages == ("dialogue_state_tracking", "sql_generation", "schema_validation")
    assert [turn.sql for turn in turns] == [repair(row["query"]) for d in DIALOGUES for row in d["interaction"]]
    (kept,) = turns[2].stages["dialogue_state_tracking"].output["kept"]
    assert (kept["column"]["column"], kept["operator"], kept["values"]) == ("country", "=", ["FR"])
    (added,) = turns[2].stages["dialogue_state_tracking"].output["added"]
    assert (added["column"]["column"], added["operator"], added["values"]) == ("people", ">=", [600])
    assert turns[2].stages["sql_generation"].variant == "oracle"
    assert {alone.stage for alone in read_alone(tmp_path / "run")}.isdisjoint(manifest.oracle_stages)


def test_the_validation_oracle_accepts_what_the_value_verdict_accepts(archive: Path, tmp_path: Path) -> None:
    turns = run_with(Spy(), archive, tmp_path / "run", Experiment(oracle=("schema_validation",), alone=False))
    for turn in turns:
        runs = turn.key != (2, 2)
        assert turn.attempts[-1].failed == runs, "a gold that does not run refuses nothing"


def test_the_eval_table_of_an_experiment_is_read_and_overridden(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "experiment.toml"
    path.write_text('[nodes]\n[eval]\nhistory = "predicted"\ndialogues = "0:1"\noracle = ["plan_emission"]\n')
    run(RunOptions(data=archive, out=tmp_path / "a", config=path))
    run(RunOptions(data=archive, out=tmp_path / "b", config=path, history="gold", dialogues="1:2"))
    first, second = read_manifest(tmp_path / "a"), read_manifest(tmp_path / "b")
    assert (first.history, first.dialogues, first.oracle_stages) == ("predicted", "0:1", ("plan_emission",))
    assert (second.history, second.dialogues) == ("gold", "1:2")
    assert first.config_sha256 == read_manifest(tmp_path / "b").config_sha256, "what is measured is not what answers"


@pytest.mark.parametrize(
    ("table", "said"),
    [("mood = 1", r"eval\.mood"), ('history = "golden"', r"eval\.history"), ('oracle = ["planner"]', r"eval\.oracle")],
)
def test_a_bad_eval_table_is_one_line(archive: Path, tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "experiment.toml"
    path.write_text(f"[eval]\n{table}\n")
    with pytest.raises(TurnSQLError, match=said) as caught:
        run(RunOptions(data=archive, out=tmp_path / "run", config=path))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_resuming_a_finished_run_changes_nothing(archive: Path, tmp_path: Path) -> None:
    run(options(archive, tmp_path / "run"))
    before = (tmp_path / "run" / "turns.jsonl").read_bytes()
    counts = run(options(archive, tmp_path / "run", resume=True))
    assert counts.kept == 8
    assert (tmp_path / "run" / "turns.jsonl").read_bytes() == before
    with pytest.raises(TurnSQLError, match="history"):
        run(options(archive, tmp_path / "run", resume=True, history="predicted"))
    with pytest.raises(TurnSQLError, match="--resume"):
        run(options(archive, tmp_path / "run"))
    assert (tmp_path / "run" / "turns.jsonl").read_bytes() == before


def test_the_command_reports_what_it_did(archive: Path, tmp_path: Path) -> None:
    words = ["run", "--data", str(archive), "--config", str(SKIP), "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert "8 turns: 0 answered, 8 without SQL, 0 not run" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "nowhere"], "no data folder 'nowhere'"),
        (["--dataset", "sparc"], "has no dev.json of sparc"),
        (["--dialogues", "9:12"], "no dialogue in 9:12"),
        (["--dialogues", "all"], "--dialogues takes A:B"),
        (["--config", "absent.toml"], "absent.toml"),
        (["--node", "schema_linking=psychic"], "no variant 'psychic'"),
        (["--oracle", "planner"], "--oracle: Input should be 'dialogue_state_tracking', "),
        (["--history", "golden"], "--history: Input should be 'gold', 'predicted' or 'noised'"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    archive: Path, tmp_path: Path, capsys: Any, monkeypatch: Any, words: list[str], said: str
) -> None:
    base = ["turnsql", "eval", "run", "--data", str(archive), "--out", str(tmp_path / "run")]
    monkeypatch.setattr(sys, "argv", [*base, *words])
    with pytest.raises(SystemExit) as stopped:
        turnsql.main()
    said_line = capsys.readouterr().err
    assert stopped.value.code == 2
    assert said in said_line
    assert said_line.count("\n") == 1
    assert not (tmp_path / "run").exists()
