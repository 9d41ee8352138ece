# pyright: basic, reportMissingImports=false
"""An adapter as the GGUF file that llama.cpp serves: peft's two matrices of each layer, under llama.cpp's names."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import numpy as np
from safetensors.numpy import load_file

from training.settings import TrainingError

ARCHITECTURES = {"llama": gguf.MODEL_ARCH.LLAMA, "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3}
PREFIX = "base_model.model."


def write_gguf_adapter(adapter: Path, base: Path, out: Path) -> Path:
    """Write an adapter of a base whose folder has its config.json.

    Raises:
        TrainingError: llama.cpp's names for this kind of model are not known here, or a layer has none.
    """
    shape = json.loads((base / "config.json").read_bytes())
    kind, settings = shape["model_type"], json.loads((adapter / "adapter_config.json").read_bytes())
    if kind not in ARCHITECTURES:
        raise TrainingError(
            f"adapters of {kind} are not converted here ({', '.join(ARCHITECTURES)} are): serve it with vLLM"
        )
    names = gguf.get_tensor_name_map(ARCHITECTURES[kind], shape["num_hidden_layers"])
    writer = gguf.GGUFWriter(out, kind)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(settings["lora_alpha"]))
    for name, values in load_file(adapter / "adapter_model.safetensors").items():
        layer, _, part = name.removeprefix(PREFIX).rpartition(".lora_")
        found = names.get_name(f"{layer}.weight", try_suffixes=(".weight",))
        if found is None:
            raise TrainingError(f"llama.cpp has no name for {layer}: leave it out of lora.target_modules")
        letter = part[0].lower()
        if kind == "llama" and letter == "b" and layer.endswith(("q_proj", "k_proj")):
            heads = shape["num_attention_heads" if layer.endswith("q_proj") else "num_key_value_heads"]
            values = _rotated(values, heads)
        writer.add_tensor(f"{found}.lora_{letter}", np.ascontiguousarray(values, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return out


def _rotated(values: np.ndarray, heads: int) -> np.ndarray:
    """Put the rows of each head in llama.cpp's order: pairs beside each other in place of two halves."""
    rows, rank = values.shape
    return values.reshape(heads, 2, rows // heads // 2, rank).swapaxes(1, 2).reshape(rows, rank)
