"""The examples of a compact run: of every turn once, the same whoever builds them, and kept until the run ends."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from eval.datasets import load
from eval.demo.build import DEMO_DATA
from eval.demo.build import build as build_demo
from nodes.compact.network import SHIPPED
from training.compact.config import CompactConfig
from training.compact.dataset import Built, build_examples
from training.settings import Source


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    with zipfile.ZipFile(SHIPPED) as archive:
        archive.extract("tokenizer.json", folder)
    return folder


@pytest.fixture(scope="module")
def config() -> CompactConfig:
    build_demo()
    held_out = sorted({dialogue.database_id for dialogue in load("cosql", DEMO_DATA, "dev").dialogues})[:1]
    source = Source(dataset="cosql", folder=DEMO_DATA.name, split="dev")
    return CompactConfig(sources=(source,), validation_databases=tuple(held_out), corrupted=0.5, renamed=True)


@pytest.fixture
def build(base: Path, config: CompactConfig) -> Callable[..., Built]:
    def built(folder: Path, *, workers: int, **changes: object) -> Built:
        changed = config.model_copy(update=changes)
        return build_examples(changed, DEMO_DATA.parent, base, folder, workers=workers, console=Console(quiet=True))

    return built


def test_two_processes_build_what_one_does(build: Callable[..., Built], tmp_path: Path):
    one, two = build(tmp_path / "one", workers=1), build(tmp_path / "two", workers=2)
    assert one.counts["kept"] > 50
    assert one.counts == two.counts
    assert one.rows_sha256 == two.rows_sha256
    assert [e.database_id for e in one.examples] == [e.database_id for e in two.examples]
    assert all(np.array_equal(a.target, b.target) for a, b in zip(one.examples, two.examples, strict=True))


def test_a_held_out_database_is_not_renamed(build: Callable[..., Built], config: CompactConfig, tmp_path: Path):
    built = build(tmp_path, workers=1)
    held_out = [each for each in built.examples if each.database_id in config.validation_databases]
    assert held_out
    assert len(built.examples) - len(held_out) > built.counts["renamed"] > 0


def test_finished_parts_are_not_built_again(build: Callable[..., Built], tmp_path: Path):
    build(tmp_path, workers=1)
    (part,) = tmp_path.glob("*/*.pkl")
    before = part.stat().st_mtime_ns
    build(tmp_path, workers=1, rate=0.5)
    assert part.stat().st_mtime_ns == before


def test_other_settings_build_anew(build: Callable[..., Built], tmp_path: Path):
    renamed, plain = build(tmp_path, workers=1), build(tmp_path, workers=1, renamed=False)
    assert renamed.counts["renamed"] > plain.counts["renamed"] == 0
