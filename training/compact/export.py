# pyright: basic, reportMissingImports=false
"""Write a trained compact planner as the one file that `nodes/compact` runs: three ONNX graphs, tokenizer and manifest.

    turnsql train compact --data DATA --out runs/compact --export nodes/compact/planner.zip

Weights are kept small by storing them in fewer bits, and computed with in float32: the encoder's and the word embeddings in
eight bits a channel, the rest in half precision. The graphs hold the conversions, which onnxruntime folds when it loads them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

from nodes.compact.features import FAR, FEATURES, RELATIONS
from nodes.compact.grammar import WORDS
from nodes.compact.network import Network
from nodes.compact.turn_encoding import Planner
from nodes.compact.weights_archive import write_weights
from training.compact.config import CompactConfig
from training.compact.dataset import load_tokenizer
from training.compact.model import CompactModel, Shape
from training.compact.precision import precision_loss
from training.compact.pretrained import base_folder
from training.ranking.config import load_choice_config
from training.ranking.conversations import HeldOut
from training.ranking.train import fitted_choice
from training.settings import TrainingError
from value_index.files.folders import shipped

CHOICE = Path("configs/training/choice.toml")
PRECISION_TURNS = 200
"""Turns of the validation fold on which full precision is held against what is shipped."""
SMALL = 2048
"""Weights of fewer numbers are kept as they are."""
ATTRIBUTION = (
    "Encoder: all-MiniLM-L6-v2 (sentence-transformers, Apache License 2.0). Trained on CoSQL and Spider (Yale LILY, "
    "CC BY-SA 4.0) and QDA-SQL (MIT); share the weights alike."
)


class Mixing(nn.Module):
    """What is computed once a turn."""

    def __init__(self, model: CompactModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, said: Tensor, segments: Tensor, names: Tensor, features: Tensor, relations: Tensor, previous: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return items (1, N, D), the symbol table (1, W + N, D), keys and values (2 L, H, M, d), and marks (1, N, M)."""
        mask = torch.zeros(relations.shape[:2], dtype=said.dtype)
        mixed = self.model.mix(said, segments, names, features, relations, mask)
        items = mixed[:, said.shape[1] :]
        table = self.model.table(items)
        read = self.model.read(mixed, table, previous)
        memory = torch.cat([part for pair in read for part in pair], 0)
        return items, table, memory, self.model.marks(items)


class Step(nn.Module):
    """What is computed for the next symbols of several plans at once: `CompactModel.decode`, laid out so that nothing is copied for each plan."""

    def __init__(self, model: CompactModel) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, symbols: Tensor, start: Tensor, past: Tensor, items: Tensor, table: Tensor, memory: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Score the symbols after each of `symbols` (B, T).

        Args:
            start: () the place of the first symbol.
            past: (2 L, B, H, start, d) keys and values of the symbols before.

        Returns:
            Logits (B, T, W + N), and `past` with these symbols added.
        """
        model, (size, steps), width = self.model, symbols.shape, self.model.width
        heads = model.decoder[0].own.heads
        part = width // heads
        scale = part**-0.5
        later = torch.arange(past.shape[3] + steps)[None, :] > past.shape[3] + torch.arange(steps)[:, None]
        causal = torch.where(later, FAR, 0.0)

        def split(x: Tensor) -> Tensor:
            return x.reshape(size, steps, heads, part).transpose(1, 2)

        x = (table[0][symbols] + model.steps(start + torch.arange(steps))).reshape(-1, width)
        kept: list[Tensor] = []
        for number, layer in enumerate(model.decoder):
            normed = layer.norm1(x)
            keys = torch.cat([past[2 * number], split(layer.own.key(normed))], 2)
            values = torch.cat([past[2 * number + 1], split(layer.own.value(normed))], 2)
            shares = torch.softmax(split(layer.own.query(normed) * scale) @ keys.transpose(2, 3) + causal, -1)
            x = x + layer.own.out((shares @ values).transpose(1, 2).reshape(-1, width))
            # All plans attend to one memory: their symbols are the rows of one product.
            asked = (layer.cross.query(layer.norm2(x)) * scale).reshape(-1, heads, part).transpose(0, 1)
            shares = torch.softmax(asked @ memory[2 * number].transpose(1, 2), -1)
            x = x + layer.cross.out((shares @ memory[2 * number + 1]).transpose(0, 1).reshape(-1, width))
            x = x + layer.down(functional.gelu(layer.up(layer.norm3(x))))
            kept += [keys, values]
        x = model.final(x)
        pointers = model.pointer_out(x) @ items[0].transpose(0, 1) / width**0.5
        return torch.cat([model.word_out(x), pointers], 1).reshape(size, steps, -1), torch.stack(kept)


def export(run: Path, out: Path, *, data: Path, config: CompactConfig, base: str | None = None) -> Path:
    """Write the best checkpoint of a training run as one file, and fit on the validation fold how its plans are chosen.

    Raises:
        TrainingError: the run has no checkpoint.
    """
    partial, full = out.with_suffix(".partial"), out.with_suffix(".full")
    write_network(run, full, base=base, smaller=False)
    parts, about = write_network(run, partial, base=base)
    held_out = HeldOut(data, config.validation_databases)
    about["precision"] = precision_loss(
        held_out.dialogues(), Planner(Network(partial)), Planner(Network(full)), turns=PRECISION_TURNS
    )
    full.unlink()
    found = fitted_choice(held_out, load_choice_config(shipped(CHOICE)), run / "choice", partial)
    about["choice"] = {**found.models, "fold": found.report}
    write_weights(out, parts, about)
    partial.unlink()
    return out


def write_network(
    run: Path, out: Path, *, base: str | None = None, smaller: bool = True
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Write the best checkpoint of a training run as one file that answers with the choice that is shipped.

    Returns:
        The parts of the file, and what its manifest says.

    Raises:
        TrainingError: the run has no checkpoint.
    """
    best = run / "best.pt"
    if not best.exists():
        raise TrainingError(f"nothing to export in {run}: there is no best.pt")
    tokenizer = load_tokenizer(base_folder(base))
    model = CompactModel(Shape(vocabulary=tokenizer.get_vocab_size()))
    model.load_state_dict(torch.load(best, map_location="cpu", weights_only=True)["model"])
    manifest = run / "manifest.json"
    about = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    about |= {"words": len(WORDS), "features": FEATURES, "relations": len(RELATIONS), "attribution": ATTRIBUTION}
    with torch.no_grad():
        made = graphs(model, smaller=smaller).items()
    parts = {f"{name}.onnx": graph.SerializeToString() for name, graph in made}
    parts["tokenizer.json"] = tokenizer.to_str().encode()
    write_weights(out, parts, about)
    return parts, about


def graphs(model: CompactModel, *, smaller: bool = True) -> dict[str, onnx.ModelProto]:
    """Return the three graphs of a network; `smaller` stores their weights in fewer bits."""
    shape = model.decoder[0].own
    heads, width = shape.heads, model.width
    layers, text = len(model.decoder), model.encoder.norm.weight.shape[0]
    dim = torch.export.Dim
    texts, pieces, said, items, both = dim("texts"), dim("pieces"), dim("said"), dim("items"), dim("both")
    earlier, plans, steps, memory, before = dim("earlier"), dim("plans"), dim("steps"), dim("memory"), dim("before")
    known = dim("known")
    count = 5
    encoder = onnx_graph(
        model.encoder, (torch.ones(3, 7, dtype=torch.long), torch.zeros(3, 7)),
        {"ids": {0: texts, 1: pieces}, "bias": {0: texts, 1: pieces}}, ["states"],
    )  # fmt: skip
    mixing = onnx_graph(
        Mixing(model),
        (torch.zeros(1, 7, text), torch.zeros(1, 7, dtype=torch.long), torch.zeros(1, count, text),
         torch.zeros(1, count, FEATURES), torch.zeros(1, 12, 12, dtype=torch.long), torch.zeros(1, 3, dtype=torch.long)),
        {"said": {1: said}, "segments": {1: said}, "names": {1: items}, "features": {1: items},
         "relations": {1: both, 2: both}, "previous": {1: earlier}},
        ["items", "table", "memory", "marks"],
    )  # fmt: skip
    step = onnx_graph(
        Step(model),
        (torch.zeros(4, 2, dtype=torch.long), torch.tensor(3), torch.zeros(2 * layers, 4, heads, 3, width // heads),
         torch.zeros(1, count, width), torch.zeros(1, len(WORDS) + count, width),
         torch.zeros(2 * layers, heads, 15, width // heads)),
        {"symbols": {0: plans, 1: steps}, "start": {}, "past": {1: plans, 3: before}, "items": {1: items},
         "table": {1: known}, "memory": {2: memory}},
        ["logits", "kept"],
    )  # fmt: skip
    if not smaller:
        return {"encoder": encoder, "mixing": mixing, "step": step}
    return {"encoder": lighter(encoder, bits=8), "mixing": lighter(mixing, bits=16), "step": lighter(step, bits=16)}


def onnx_graph(module: nn.Module, arguments: tuple[Tensor, ...], dynamic: dict, outputs: list[str]) -> onnx.ModelProto:
    """Trace a module; `dynamic` has a name for each argument and the axes whose sizes vary."""
    axes = {name: {axis: str(size.__name__) for axis, size in sizes.items()} for name, sizes in dynamic.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.onnx"
        torch.onnx.export(
            module.eval(), arguments, str(path), input_names=list(dynamic), output_names=outputs, dynamic_axes=axes,
            opset_version=17, dynamo=False,
        )  # fmt: skip
        return onnx.load(str(path))


def lighter(model: onnx.ModelProto, *, bits: int) -> onnx.ModelProto:
    """Store large weights in 8 bits a row or column, or in half precision, and convert them in the graph."""
    graph = model.graph
    nodes: list[onnx.NodeProto] = []
    for weight in list(graph.initializer):
        values = numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < SMALL:
            continue
        graph.initializer.remove(weight)
        name = weight.name
        if bits == 16 or values.ndim != 2:
            graph.initializer.append(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
            continue
        # A matrix product's channels are its columns, an embedding's its rows: the longer way has the finer scale.
        axis = 1 if values.shape[0] > 4096 else 0
        scale = np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-8) / 127.0
        graph.initializer.append(numpy_helper.from_array(np.round(values / scale).astype(np.int8), f"{name}.byte"))
        graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{name}.scale"))
        nodes.append(helper.make_node("Cast", [f"{name}.byte"], [f"{name}.wide"], to=onnx.TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [f"{name}.wide", f"{name}.scale"], [name]))
    old = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *old])
    return model
