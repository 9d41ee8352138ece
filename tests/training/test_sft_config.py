"""The settings of fine-tuning."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.compact_config import TrainingError
from training.sft_config import load_sft_config

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "training"


def test_the_shipped_settings_load() -> None:
    new, adapter = load_sft_config(CONFIGS / "small.toml"), load_sft_config(CONFIGS / "small_lora.toml")
    assert new.new and new.lora is None
    assert adapter.lora and adapter.new is None


def test_a_head_that_vllm_cannot_serve_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sft.toml"
    path.write_text("[new]\nhead_size = 16\n")
    with pytest.raises(TrainingError, match=r"new\.head_size"):
        load_sft_config(path)
