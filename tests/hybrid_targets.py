"""Which layers of a Qwen3.5 peft trains an adapter on, and under which name vLLM has each: run by the interpreter that has both.

vLLM's classes are read, not imported: importing Qwen3.5's wants torchvision, which a server without images goes without.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

FILES = (
    "models/qwen3_5.py", "models/qwen3_next.py", "models/qwen2_moe.py", "layers/mamba/gdn/qwen_gdn_linear_attn.py",
)  # fmt: skip
"""Of vLLM's model_executor: the model, its full attention, its feed-forward layers, its linear attention."""


def trained(targets: list[str]) -> list[str]:
    """Put an adapter on a Qwen3.5 of three linear-attention layers and a full one, and name the layers that have one."""
    from peft import LoraConfig, get_peft_model
    from transformers import Qwen3_5ForCausalLM, Qwen3_5TextConfig

    config = Qwen3_5TextConfig(
        vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=4, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, linear_num_key_heads=1, linear_num_value_heads=2, linear_key_head_dim=16,
        linear_value_head_dim=16,
    )  # fmt: skip
    model: Any = get_peft_model(Qwen3_5ForCausalLM(config), LoraConfig(r=2, target_modules=targets))
    return sorted(
        {name.split(".lora_A")[0].rpartition(".")[2] for name, _ in model.named_parameters() if ".lora_A" in name}
    )


def served(targets: list[str]) -> dict[str, str]:
    """Name the layer of vLLM that each is a part of, or is; "" if there is none."""
    spec = find_spec("vllm")
    assert spec is not None and spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0]) / "model_executor"
    texts = [(root / file).read_text() for file in FILES]
    packed = next(
        ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(texts[0]))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "packed_modules_mapping"
    )
    wholes = {part: whole for whole, parts in packed.items() for part in parts}
    layers = {name for text in texts for name in re.findall(r"self\.(\w+) = ", text)}
    return {name: whole if (whole := wholes.get(name, name)) in layers else "" for name in targets}


if __name__ == "__main__":
    print(json.dumps({"trained": trained(sys.argv[1:]), "served": served(sys.argv[1:])}))
