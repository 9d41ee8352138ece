"""The chain: every step once over real mixes and runs, killed and gone on with; training and the server are stand-ins."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.serving.vllm import Server
from eval.runs.experiment import RunOptions, read_experiment
from tests.fake_endpoint import Response, fake_endpoint, said
from tests.training.data.library import about, write_data
from training.data.mix.config import load_mix
from training.experiments.chain import Chain
from training.experiments.chain_config import ChainConfig, as_toml, load_chain
from training.experiments.chain_server import LLAMACPP, Served
from training.experiments.steps import Steps
from training.settings import TrainingError, read_settings
from training.sft.config import SftConfig

SHIPPED = Path(__file__).resolve().parents[3] / "configs" / "experiments" / "post.toml"
AGENT = """
[nodes]
sql_generation = { variant = "llm" }

[endpoint]
base_url = "http://localhost:1/v1"
model = "any"
"""
ORACLE = '[eval]\noracle = ["plan_emission"]\n'
MIX = 'agent = "agent.toml"\ncontext_tokens = 8192\n[[sources]]\nset = "cosql"\ndatabases = ["bookshop"]\n'
CHAIN = """
model = "model"
training = "sft.toml"
serving = "server.yaml"
split = "train"
turns = { few = "1:3", rest = "3:4" }

[adapters]
short = { mix = "mix.toml", steps = 5 }
long = { mix = "mix.toml", steps = 9 }

[[arms]]
name = "base"
agent = "agent.toml"

[[arms]]
name = "short"
adapter = "short"
agent = "agent.toml"

[[arms]]
name = "long"
adapter = "long"
agent = "agent.toml"
against = "short"
turns = ["few"]

[[arms]]
name = "base.gold"
agent = "oracle.toml"

[without_gpu]
serving = "llama.cpp"
turns = { few = "1:3" }
training = { schedule = "constant" }
"""


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    data = write_data(tmp_path / "data", [*about("air_network")[:1], *about("bookshop")[:3]], about("clinic")[:1])
    texts = {
        "agent": AGENT,
        "oracle": AGENT + ORACLE,
        "mix": MIX,
        "chain": CHAIN,
        "sft": "steps = 1\n[lora]\nrank = 4\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.toml").write_text(text)
    told: list[str] = []
    settings = load_chain(tmp_path / "chain.toml")
    return Chain(settings, tmp_path, data, tmp_path / "out", "python-that-trains", steps=Steps(told.append))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, served: list[list[str]]) -> list[list[str]]:
    """Stand in for the processes: no GPU, and training that writes what it was told."""
    asked: list[list[str]] = []

    def answer(words: list[str]) -> int:
        if words[1] == "-c":
            return 3
        asked.append(words)
        settings = read_settings(SftConfig, Path(words[words.index("--config") + 1]))
        out = Path(words[words.index("--out") + 1])
        (out / "adapter").mkdir(parents=True, exist_ok=True)
        (out / "checkpoints" / "checkpoint-5").mkdir(parents=True, exist_ok=True)
        (out / "checkpoints" / "checkpoint-5" / "trainer_state.json").write_text(json.dumps({"global_step": 5}))
        rows = {"data": words[words.index("--data") + 1], "rows": {"train": 12}, "steps": settings.steps, "seconds": 60}
        (out / "manifest.json").write_text(json.dumps(rows))
        return 0

    for module in ("chain", "steps"):
        monkeypatch.setattr(f"training.experiments.{module}.status_of", answer)
    return asked


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, chain: Chain) -> list[list[str]]:
    """Stand in for the server: the base writes nonsense, adapters what the mix taught them, a plan helps."""
    asked: list[list[str]] = []

    def answer(body: dict[str, Any]) -> Response:
        lines = (chain.out / "rows" / "mix" / "train" / "sql_generation.jsonl").read_text().splitlines()
        learnt = {row["messages"][1]["content"]: row["messages"][2]["content"] for row in map(json.loads, lines)}
        if body["model"] == "base":
            return said("SELECT 1")
        return said(learnt.get(body["messages"][-1]["content"], f"SELECT {body['model'][0] == 's'}"))

    @contextmanager
    def by_llamacpp(model: Path, adapters: Mapping[str, Path], **words: object) -> Generator[Served]:
        asked.append(list(adapters))
        with fake_endpoint(answer) as endpoint:
            server = Server(None, endpoint.base_url, (), chain.out / "log")  # type: ignore[arg-type]
            yield Served(server, {name: {"model": name} for name in ("base", *adapters)})

    monkeypatch.setattr("training.experiments.chain.by_llamacpp", by_llamacpp)
    return asked


def heard(chain: Chain) -> list[str]:
    return chain.steps.say.__self__  # type: ignore[attr-defined]


def test_every_step_is_taken_and_each_arm_compared_with_the_one_that_lacks_it_alone(
    chain: Chain, commands: list[list[str]], served: list[list[str]]
) -> None:
    arms, nodes, moved = chain.run()
    assert [table.title for table in (arms, nodes, moved)] == ["few: arms", "few: nodes", "few: nodes that moved"]
    found = {row[0]: dict(zip(arms.columns, row, strict=True)) for row in arms.rows}
    assert list(found) == ["base", "short", "long", "base.gold"]
    assert found["base"]["value"] == ".000" and float(found["short"]["value"]) > 0.9
    assert found["short"]["against"] == "base" and found["short"]["broken"] == "0" and found["short"]["steps"] == "5"
    assert found["long"]["against"] == "short" and found["long"]["gain"] == "+.000" and found["long"]["decided"] == "no"
    assert {row[:2] for row in moved.rows} == {("short", "sql generation"), ("base.gold", "plan emission")}
    assert served == [["short", "long"]]
    assert "few: arms" in (chain.out / "table.md").read_text()


def test_a_longer_run_goes_on_from_the_shorter_where_the_rate_is_constant(
    chain: Chain, commands: list[list[str]]
) -> None:
    chain.run()
    short, long = commands
    assert "--resume" not in short and "--resume" in long
    assert (chain.out / "adapters" / "long" / "checkpoints" / "checkpoint-5").is_dir()
    assert read_settings(SftConfig, chain.out / "settings" / "long.toml").steps == 9


def test_what_is_there_is_not_done_again(chain: Chain, commands: list[list[str]], served: list[list[str]]) -> None:
    first = chain.run()
    assert chain.run() == first and len(commands) == 2 and len(served) == 1
    (chain.out / "runs" / "few" / "long" / "summary.json").unlink()
    heard(chain).clear()
    assert chain.run() == first and len(commands) == 2 and len(served) == 2
    assert [line.partition(":")[0] for line in heard(chain) if line.startswith("few, ")] == ["few, long"]


def test_an_adapter_that_answers_as_its_base_is_one_line(
    chain: Chain, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def deaf(model: Path, adapters: Mapping[str, Path], **words: object) -> Generator[Served]:
        with fake_endpoint(lambda body: said("SELECT 1")) as endpoint:
            server = Server(None, endpoint.base_url, (), chain.out / "log")  # type: ignore[arg-type]
            yield Served(server, {name: {"model": name} for name in ("base", *adapters)})

    monkeypatch.setattr("training.experiments.chain.by_llamacpp", deaf)
    with pytest.raises(TrainingError, match="short answered few exactly as base: the adapter does nothing"):
        chain.run()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('adapter = "short"', 'adapter = "shrot"'), "arm 'short': no adapter 'shrot' in \\[adapters\\]"),
        (('against = "short"', 'against = "later"'), "compared with 'later', which is no arm before it"),
        (('turns = ["few"]', 'turns = ["many"]'), "arm 'long': no turns 'many' in \\[turns\\]"),
        (('name = "long"', 'name = "short"'), "two arms are called 'short'"),
        (("steps = 5", "stepps = 5"), "adapters.short.steps: Field required"),
    ],
)
def test_bad_settings_are_one_line(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "chain.toml"
    path.write_text(CHAIN.replace(*change, 1))
    with pytest.raises(TrainingError, match=says):
        load_chain(path)


@pytest.mark.parametrize("gpu", [False, True])
def test_the_shipped_chain_names_files_that_load_and_fit_each_other(gpu: bool) -> None:
    chain: ChainConfig = load_chain(SHIPPED).within(gpu=gpu)
    beside, limits = SHIPPED.parent, chain.without_gpu
    trained = read_settings(SftConfig, beside / chain.training, limits.training)
    assert trained.lora
    for adapter in chain.adapters.values():
        assert load_mix(beside / adapter.mix, limits.rows).rows
    for arm in chain.arms:
        assert read_experiment(RunOptions(data=Path(), out=Path(), config=beside / arm.agent))[0].endpoint
    if chain.serving != LLAMACPP:
        assert yaml.safe_load((beside / chain.serving).read_text())["max-lora-rank"] >= trained.lora.rank


def test_settings_come_back_from_toml(tmp_path: Path) -> None:
    given = SftConfig.model_validate({"base": 'a "model"', "steps": 5, "learning_rate": 1e-3, "lora": {"rank": 4}})
    (tmp_path / "sft.toml").write_text(as_toml(given.model_dump(mode="json", exclude_unset=True)))
    assert read_settings(SftConfig, tmp_path / "sft.toml") == given
