# pyright: basic, reportMissingImports=false
"""Write a trained cross-encoder as the one file that `nodes/compact` runs, with the second ranking's weights.

turnsql train rerank --data DATA --out runs/rerank --export nodes/compact/ranking/cross_encoder.zip
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import onnx
import torch

from eval.datasets import load
from nodes.compact.network import SHIPPED as PLANNER
from nodes.compact.network import Network
from nodes.compact.ranking.cross_encoder import Batch, CrossEncoder, TurnText
from nodes.compact.ranking.rerank import choice_of
from nodes.compact.ranking.verbalize import VERSION
from nodes.compact.turn_encoding import Planner
from nodes.compact.weights_archive import write_weights
from training.compact.dataset import load_tokenizer
from training.compact.export import ATTRIBUTION, lighter, onnx_graph
from training.compact.pretrained import base_folder
from training.cross_encoder.config import RerankConfig
from training.cross_encoder.model import CrossEncoderModel
from training.cross_encoder.second_ranking import fit_second_ranking, read_turns
from training.dev_databases import refuse_dev_databases
from training.settings import TrainingError

SAMPLE = Batch.of([TurnText((1, 2, 3), (0, 0, 0), ((1, 2), (1, 2, 3)))] * 2)
AXES = {
    "ids": ("pieces",), "positions": ("pieces",), "segments": ("pieces",), "contexts": ("turns", "context"),
    "plans": ("count", "plan"), "owners": ("count",), "context_places": ("of_contexts",), "plan_places": ("of_plans",),
}  # fmt: skip
"""The sizes of each input, all of which vary."""


def export(run: Path, out: Path, *, data: Path, config: RerankConfig, base: str | None = None) -> Path:
    """Write the last checkpoint as one file, and fit on the validation fold how much it says in the second ranking.

    Raises:
        TrainingError: the run has no checkpoint.
    """
    last = run / "last.pt"
    if not last.exists():
        raise TrainingError(f"nothing to export in {run}: there is no last.pt")
    manifest = run / "manifest.json"
    about: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    about |= {"verbalizer": VERSION, "attribution": ATTRIBUTION}
    model = CrossEncoderModel(load_tokenizer(base_folder(base)).get_vocab_size(), config.layers)
    model.load_state_dict(torch.load(last, map_location="cpu", weights_only=True)["model"])
    graph = lighter(graph_of(model), bits=8)
    parts, partial = {"cross_encoder.onnx": graph.SerializeToString()}, out.with_suffix(".partial")
    write_weights(partial, parts, about, packed=True)
    dataset = load("cosql", data / "cosql_dataset", "train")
    refuse_dev_databases(dataset)
    planner = Planner(Network(Path(config.weights) if config.weights else PLANNER))
    choice = choice_of(planner, config.weights)
    turns = read_turns(dataset.about(config.validation_databases), planner, choice["plan"], CrossEncoder(partial))
    about |= fit_second_ranking(turns, choice["confidence"])
    write_weights(out, parts, about, packed=True)
    partial.unlink()
    return out


def graph_of(model: CrossEncoderModel) -> onnx.ModelProto:
    """Return the network as a graph whose inputs are a Batch's arrays, by name."""
    arguments = tuple(torch.from_numpy(getattr(SAMPLE, each.name)) for each in fields(Batch))
    dynamic = {name: {axis: torch.export.Dim(size) for axis, size in enumerate(sizes)} for name, sizes in AXES.items()}
    with torch.no_grad():
        return onnx_graph(model, arguments, dynamic, ["scores"])
