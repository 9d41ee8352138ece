"""The estimate of a fine-tuning run, against counted models and the one published figure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.settings import TrainingError
from training.sft.estimate import (
    SHAPES,
    estimate,
    refuse_too_small,
    shape_of,
)

QWEN_9B = {
    "text_config": {
        "hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 32, "num_attention_heads": 16,
        "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 248320, "tie_word_embeddings": False,
        "layer_types": (["linear_attention"] * 3 + ["full_attention"]) * 8, "linear_num_key_heads": 16,
        "linear_num_value_heads": 32, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
    }
}  # fmt: skip


def test_a_configuration_on_disk_gives_the_shape_that_was_counted(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(QWEN_9B))
    found, counted = shape_of(str(tmp_path)), SHAPES["Qwen/Qwen3.5-9B"]
    assert found is not None and found.hybrid
    assert found.per_rank == counted.per_rank
    assert found.embedding == counted.embedding
    assert found.parameters == pytest.approx(counted.parameters, rel=1e-3)


@pytest.mark.parametrize(("name", "published"), [("Qwen/Qwen3.5-4B", 10.0), ("Qwen/Qwen3.5-9B", 22.0)])
def test_16_bit_lora_needs_what_unsloth_publishes_or_a_little_more(name: str, published: float) -> None:
    found = estimate(SHAPES[name], rank=16, bits=16, batch=1, longest=2048)
    assert published <= found.total <= 1.25 * published


def test_more_of_anything_needs_more_and_four_bits_less() -> None:
    shape = SHAPES["Qwen/Qwen3.5-9B"]
    base = estimate(shape, rank=16, bits=16, batch=1, longest=2048)
    assert estimate(shape, rank=64, bits=16, batch=1, longest=2048).total > base.total
    assert estimate(shape, rank=16, bits=16, batch=4, longest=2048).total > base.total
    assert estimate(shape, rank=16, bits=16, batch=1, longest=8192).total > base.total
    assert estimate(shape, rank=16, bits=4, batch=1, longest=2048).total < 0.6 * base.total
    assert estimate(shape, rank=None, bits=16, batch=1, longest=2048).total > 6 * base.total


def test_a_card_that_is_too_small_is_refused_with_what_to_change() -> None:
    found = estimate(
        SHAPES["Qwen/Qwen3.5-9B"], rank=16, bits=16, batch=1, longest=2048, tokens=1_000_000, teraflops=165
    )
    with pytest.raises(
        TrainingError, match=r"RTX 16 has 16 GB, the run needs about 2\d\.\d GB .*about 16 min: lower batch"
    ):
        refuse_too_small(found, 16.0, "RTX 16")
    refuse_too_small(found, 24.0, "RTX 24")


def test_an_unknown_model_has_no_estimate(tmp_path: Path) -> None:
    assert shape_of("someone/model") is None
    (tmp_path / "config.json").write_text('{"model_type": "other"}')
    assert shape_of(str(tmp_path)) is None
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(TrainingError, match="cannot read"):
        shape_of(str(tmp_path))
