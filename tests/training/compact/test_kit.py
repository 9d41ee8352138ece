"""A kit carried elsewhere: whole or refused, in parts, and enough for a run by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

from eval.demo.build import DEMO_DATA, build
from training.compact.config import CompactConfig
from training.compact.kit import MANIFEST, open_kit, pack
from training.compact.pretrained import base_folder
from training.settings import Source, TrainingError

try:
    base_folder(None)
except TrainingError:
    pytest.skip("the base encoder is not installed", allow_module_level=True)


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build()
    data = tmp_path_factory.mktemp("data")
    (data / "demo").symlink_to(DEMO_DATA)
    sources = (Source(dataset="cosql", folder="demo", split="dev"),)
    config = CompactConfig(sources=sources, validation_databases=("none",), synonyms=True)
    return pack(config, data, tmp_path_factory.mktemp("out") / "kit", part=5)


def test_a_kit_gives_back_what_was_packed(kit: Path) -> None:
    config, built, encoder, start = open_kit(kit)
    assert config.synonyms and start is None
    assert len(built.examples) == json.loads((kit / MANIFEST).read_text())["examples"] > 50
    assert (Path(encoder) / "tokenizer.json").exists()
    assert not (kit / "examples").exists()


def test_a_part_that_is_missing_or_was_changed_is_refused(kit: Path) -> None:
    part = next(kit.glob("part-*/*.xz"))
    whole = part.read_bytes()
    part.write_bytes(whole[:-1] + b"x")
    with pytest.raises(TrainingError, match="not what was packed"):
        open_kit(kit)
    part.unlink()
    with pytest.raises(TrainingError, match="missing"):
        open_kit(kit)
    part.write_bytes(whole)


def test_a_folder_that_is_no_kit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no kit"):
        open_kit(tmp_path)


def test_a_kit_is_not_written_over(kit: Path) -> None:
    with pytest.raises(TrainingError, match="packed already"):
        pack(open_kit(kit)[0], kit, kit)
