"""The settings of fine-tuning."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.data.mix.config import load_mix
from training.settings import TrainingError
from training.sft.config import load_sft_config
from training.sft.estimate import (
    DENSE_MODULES,
    HYBRID_MODULES,
    SHAPES,
    estimate,
)

CONFIGS = Path(__file__).resolve().parents[3] / "configs" / "training"


def test_the_shipped_settings_load() -> None:
    new, adapter = load_sft_config(CONFIGS / "small.toml"), load_sft_config(CONFIGS / "small_lora.toml")
    assert new.new and new.lora is None
    assert adapter.lora and adapter.new is None


def test_a_head_that_vllm_cannot_serve_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sft.toml"
    path.write_text("[new]\nhead_size = 16\n")
    with pytest.raises(TrainingError, match=r"new\.head_size"):
        load_sft_config(path)


CARDS = {"24gb": 24.0, "32gb": 32.0, "80gb": 80.0}
PUBLISHED = {"published_192_50": (192, 50), "published_192_100": (192, 100), "published_384_50": (384, 50)}
CARD_FILES = sorted((CONFIGS / "sft").glob("*.toml"))


@pytest.mark.parametrize("path", CARD_FILES, ids=lambda path: path.stem)
def test_every_run_on_a_card_fits_it_and_names_layers_that_there_are(path: Path) -> None:
    settings = load_sft_config(path)
    assert settings.base and settings.lora
    shape = SHAPES[settings.base]
    need = estimate(
        shape, rank=settings.lora.rank, bits=settings.bits, batch=settings.batch_size, longest=settings.longest
    )
    assert need.total < CARDS[path.stem.rpartition("_")[2] if path.stem not in PUBLISHED else "24gb"]
    assert set(settings.lora.target_modules) == {*DENSE_MODULES, *HYBRID_MODULES}
    assert not settings.packing, "rows packed into one sequence would see each other through its state"
    assert settings.template == {"enable_thinking": False}, "as configs/planner.toml serves it"


def test_there_is_a_run_for_each_model_and_card_and_for_each_published_one() -> None:
    names = {path.stem for path in CARD_FILES}
    assert names == {*PUBLISHED, *(f"qwen3.5_{size}_{card}" for size in ("4b", "9b") for card in CARDS)}
    for name, (rows, steps) in PUBLISHED.items():
        assert load_sft_config(CONFIGS / "sft" / f"{name}.toml").steps == steps
        assert load_mix(CONFIGS / "mixes" / f"published_{rows}.toml").rows == rows
