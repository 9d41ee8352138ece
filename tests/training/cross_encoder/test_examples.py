"""The examples of the cross-encoder: planned turns of training databases, the same whoever builds them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from eval.datasets import load
from eval.demo.build import DEMO_DATA
from eval.demo.build import build as build_demo
from training.cross_encoder.config import RerankConfig, load_rerank_config
from training.cross_encoder.examples import ExampleSet, build_examples
from training.dev_databases import DEV_DATABASES
from training.settings import Source

CONFIGS = Path(__file__).resolve().parents[3] / "configs" / "training"


@pytest.fixture(scope="module")
def config() -> RerankConfig:
    build_demo()
    held_out = sorted({dialogue.database_id for dialogue in load("cosql", DEMO_DATA, "dev").dialogues})[:1]
    source = Source(dataset="cosql", folder=DEMO_DATA.name, split="dev")
    return RerankConfig(sources=(source,), validation_databases=tuple(held_out), turns=6, renamed=0.5, corrupted=0.5)


@pytest.fixture
def build(config: RerankConfig) -> Callable[..., ExampleSet]:
    def built(folder: Path, *, workers: int, **changes: object) -> ExampleSet:
        changed = config.model_copy(update=changes)
        return build_examples(changed, DEMO_DATA.parent, folder, workers=workers, console=Console(quiet=True))

    return built


def test_two_processes_build_what_one_does(build: Callable[..., ExampleSet], tmp_path: Path) -> None:
    one, two = build(tmp_path / "one", workers=1), build(tmp_path / "two", workers=2)
    assert one.examples
    assert one == two


def test_each_turn_has_plans_of_different_worth_and_no_fold_database(
    build: Callable[..., ExampleSet], config: RerankConfig, tmp_path: Path
) -> None:
    built = build(tmp_path, workers=1)
    assert not {each.database_id for each in built.examples} & set(config.validation_databases)
    for each in built.examples:
        assert len(each.rewards) == len(each.text.plans) > 1
        assert len(set(each.rewards)) > 1


def test_another_seed_draws_other_turns(build: Callable[..., ExampleSet], tmp_path: Path) -> None:
    assert build(tmp_path, workers=1).examples != build(tmp_path, workers=1, seed=1).examples


def test_the_shipped_settings_load() -> None:
    config = load_rerank_config(CONFIGS / "rerank.toml")
    assert len(config.validation_databases) == 14
    assert not DEV_DATABASES.intersection(config.validation_databases)
