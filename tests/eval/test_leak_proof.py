"""No gold of the current turn reaches a node, a state, a cache, a record or a log."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.config import Config
from agent.llm import CassetteOptions
from eval.datasets import load
from eval.records import HistoryMode, read_manifest, read_turns
from eval.runs.experiment import Experiment, RunOptions
from eval.runs.run import run
from eval.runs.runner import Runner
from eval.runs.store import RunStore
from nodes.node import Context, Node, Variant
from nodes.state import STAGES, DialogueState, GraphState, Stage
from tests.eval.archive import DIALOGUES
from tests.eval.canary import TOKEN, leaks, plant, run_leaks, token
from tests.eval.runs.test_store import MANIFEST
from tests.fake_endpoint import fake_endpoint, said

HISTORIES: tuple[HistoryMode, ...] = ("gold", "predicted", "noised")


class Watched:
    """A node that lets another answer, and keeps every text that it could see."""

    def __init__(self, node: Node, seen: list[tuple[str, str]]) -> None:
        self.node, self.seen = node, seen

    async def __call__(self, state: GraphState, context: Context) -> Any:
        self.seen.append((state.turn_id, state.model_dump_json() + repr(vars(context.database)) + repr(context.schema)))
        return await self.node(state, context)


class Leaky(Variant):
    """What must never happen: a node that was handed the gold of its turn."""

    gold: dict[str, str]

    async def __call__(self, state: GraphState, context: Context) -> str:
        return self.gold[state.turn_id]


def planted(archive: Path) -> Path:
    assert plant(archive / "sql_state_tracking" / "cosql_dev.json", archive) > 0
    return archive


def watch(archive: Path, out: Path, history: HistoryMode, **nodes: Node) -> list[tuple[str, str]]:
    """Run the default agent with a watch on every stage; return what each could see."""
    seen: list[tuple[str, str]] = []
    config = Config.load()
    watched: dict[Stage, Any] = {stage: Watched(nodes.get(stage, node), seen) for stage, node in config.nodes().items()}
    config = config.model_copy(update={"settings": watched})
    dataset = load("cosql", archive, "dev")
    runner = Runner.build(dataset, config, Experiment(history=history, alone=False, noise_rate=1.0))
    store = RunStore.create(out, MANIFEST)
    asyncio.run(runner.run(store, 2))
    store.close()
    dataset.close()
    assert len(seen) >= len(STAGES) * dataset.turns
    return seen


def seen_leaks(seen: list[tuple[str, str]], history: HistoryMode) -> list[str]:
    return [
        found
        for turn_id, text in seen
        for found in leaks(text, dialogue=int(turn_id.split("/")[0]), turn=int(turn_id.split("/")[1]), history=history)
    ]


@pytest.mark.parametrize("history", HISTORIES)
def test_no_token_reaches_a_node_a_record_or_a_log(
    archive: Path, tmp_path: Path, history: HistoryMode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        seen = watch(planted(archive), tmp_path / "run", history)
    assert seen_leaks(seen, history) == []
    assert run_leaks(tmp_path / "run", history) == []
    assert not TOKEN.search(caplog.text + printed.getvalue())
    tokens = {found[0] for _, text in seen for found in TOKEN.finditer(text)}
    assert bool(tokens) == (history != "predicted"), "earlier gold SQL is seen, so the tokens are really there"


def test_the_whole_command_leaves_no_token(archive: Path, tmp_path: Path) -> None:
    planted(archive)
    for history in HISTORIES:
        out = tmp_path / history
        run(RunOptions(data=archive, out=out, history=history))
        assert run_leaks(out, history) == []
        assert all(turn.outcome != "not_run" for turn in read_turns(out))


@pytest.mark.parametrize("stage", ["dialogue_state_tracking", "sql_generation"])
def test_gold_handed_to_a_node_is_caught(archive: Path, tmp_path: Path, stage: Stage) -> None:
    dataset = load("cosql", planted(archive), "dev")
    gold = {f"{d.index}/{at}": turn.query for d in dataset.dialogues for at, turn in enumerate(d.turns)}
    leaky: Any = Leaky(gold=gold)
    if stage == "dialogue_state_tracking":
        leaky = _Question(leaky)
    seen = watch(archive, tmp_path / "run", "predicted", **{stage: leaky})
    assert run_leaks(tmp_path / "run", "predicted")
    assert seen_leaks(seen, "predicted"), "the stages after it see the token"


class _Question:
    def __init__(self, leaky: Leaky) -> None:
        self.leaky = leaky

    async def __call__(self, state: GraphState, context: Context) -> Any:
        return DialogueState(question=await self.leaky(state, context))


def prompts(
    archive: Path, out: Path, stages: Sequence[Stage], history: HistoryMode, oracle: Sequence[str] = ()
) -> list[tuple[int, int, str]]:
    """Run with a language model in some stages; return dialogue, turn and text of every prompt."""
    asked = {
        turn["utterance"]: (at, number)
        for at, d in enumerate(DIALOGUES)
        for number, turn in enumerate(d["interaction"])
    }
    with fake_endpoint(lambda body: said("SELECT name FROM city")) as server:
        path = out.with_suffix(".toml")
        path.write_text(
            "[nodes]\n" + "".join(f'{stage} = {{ variant = "llm" }}\n' for stage in stages)
            + f'[endpoint]\nbase_url = "{server.base_url}"\nmodel = "m"\n'
        )  # fmt: skip
        run(
            RunOptions(
                data=planted(archive), out=out, config=path, history=history, oracle=tuple(oracle), alone=False,
                cassette=CassetteOptions(out.with_suffix(".tape")),
            )
        )  # fmt: skip
    texts = [json.dumps(body) for body in server.requests]
    return [(*asked[re.findall(r"Question: (.*?)(?:\\n|\")", text)[-1]], text) for text in texts]


@pytest.mark.parametrize("history", HISTORIES)
def test_no_token_reaches_a_prompt_or_the_tape(archive: Path, tmp_path: Path, history: HistoryMode) -> None:
    stages: tuple[Stage, ...] = ("dialogue_state_tracking", "schema_linking", "plan_emission", "sql_generation")
    sent = prompts(archive, tmp_path / "run", stages, history)
    assert len(sent) >= 4 * 8
    for dialogue, turn, text in sent:
        assert list(leaks(text, dialogue=dialogue, turn=turn, history=history)) == []
    assert run_leaks(tmp_path / "run", history) == []
    assert read_manifest(tmp_path / "run").oracle_prompt_rows == 0
    if history == "predicted":
        assert not TOKEN.search((tmp_path / "run.tape").read_bytes().decode(errors="replace"))


def test_gold_put_into_a_prompt_is_caught_and_declared(archive: Path, tmp_path: Path) -> None:
    sent = prompts(archive, tmp_path / "run", ("sql_generation",), "predicted", oracle=("plan_emission",))
    leaking = {(at, turn) for at, turn, text in sent if list(leaks(text, dialogue=at, turn=turn, history="predicted"))}
    turns = {(at, number) for at, dialogue in enumerate(DIALOGUES) for number in range(len(dialogue["interaction"]))}
    assert leaking == turns - {(2, 2)}, "every turn but the one whose gold does not run"
    assert run_leaks(tmp_path / "run", "predicted")
    assert read_manifest(tmp_path / "run").oracle_prompt_rows == 8


def test_the_exception_is_only_for_earlier_turns_of_the_same_dialogue() -> None:
    text = " ".join(token(*at) for at in ((4, 1), (4, 2), (3, 0), (4, "final")))
    assert list(leaks(text, dialogue=4, turn=2, history="gold")) == [token(4, 2), token(3, 0), token(4, "final")]
    assert len(list(leaks(text, dialogue=4, turn=2, history="predicted"))) == 4


@pytest.mark.data
def test_the_slice_leaks_nothing(data_folder: Path, tmp_path: Path) -> None:
    archive, source = tmp_path / "archive", data_folder / "cosql_dataset"
    (archive / "sql_state_tracking").mkdir(parents=True)
    shutil.copy(source / "sql_state_tracking" / "cosql_dev.json", archive / "sql_state_tracking")
    shutil.copy(source / "tables.json", archive)
    (archive / "database").symlink_to(data_folder / "database")
    assert plant(archive / "sql_state_tracking" / "cosql_dev.json", archive) == 544
    run(RunOptions(data=archive, out=tmp_path / "run", dialogues="0:16", alone=False))
    assert run_leaks(tmp_path / "run", "gold") == []
