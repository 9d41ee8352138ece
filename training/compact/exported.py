# pyright: basic, reportMissingImports=false
"""Read the weights of an exported planner back, so that training can go on from the file that is shipped.

The graphs name few of their weights as the network does. So a twin with drawn weights is exported the same way, and
each of its arrays, found again in the twin's graphs, says where the shipped one belongs.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

from training.compact.export import graphs
from training.compact.model import CompactModel, Shape
from training.settings import TrainingError

GRAPHS = ("mixing", "step")
"""The graphs above the encoder, which is MiniLM's and read from its own file."""


def load_exported(model: CompactModel, path: Path) -> None:
    """Copy the weights of an exported planner into a network, those of its encoder apart.

    Raises:
        TrainingError: The file is no planner, or one of another layout.
    """
    twin = CompactModel(Shape(vocabulary=model.encoder.words.weight.shape[0]))
    wanted = {name: weight for name, weight in twin.named_parameters() if not name.startswith("encoder.")}
    with torch.no_grad():
        for weight in wanted.values():
            weight.normal_()
        drawn = {name: _arrays(graph) for name, graph in graphs(twin, smaller=False).items() if name in GRAPHS}
    try:
        with zipfile.ZipFile(path) as archive:
            shipped = {name: _arrays(onnx.load_from_string(archive.read(f"{name}.onnx"))) for name in GRAPHS}
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path} is no exported planner: {error}") from error
    pairs = [(drawn[name][key], shipped[name].get(key)) for name in GRAPHS for key in drawn[name]]
    pairs += _biases(twin, pairs)
    found = {name: _found(weight, pairs) for name, weight in wanted.items()}
    if missing := [name for name, value in found.items() if value is None]:
        raise TrainingError(f"{path} is a planner of another layout: it has no {missing[0]}")
    model.load_state_dict({name: value for name, value in found.items() if value is not None}, strict=False)


def _arrays(graph: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """Return the weights of a graph by name, as they are computed with."""
    stored = {each.name: numpy_helper.to_array(each) for each in graph.graph.initializer}
    out: dict[str, NDArray[np.float32]] = {}
    for name, array in stored.items():
        if name.endswith(".byte"):
            out[name.removesuffix(".byte")] = array.astype(np.float32) * stored[name.removesuffix(".byte") + ".scale"]
        elif array.dtype in (np.float16, np.float32) and not name.endswith(".scale"):
            out[name.removesuffix(".half")] = array.astype(np.float32)
    return out


Pairs = list[tuple[NDArray[np.float32], NDArray[np.float32] | None]]


def _biases(twin: CompactModel, pairs: Pairs) -> Pairs:
    """Cut what the graph holds in one piece: the relations' biases of all mixing layers."""
    parts = [layer.bias.weight.detach().numpy() for layer in twin.mixing]
    whole = np.concatenate(parts, 1)
    cuts = np.cumsum([part.shape[1] for part in parts])[:-1]
    for drawn, shipped in pairs:
        if shipped is not None and drawn.shape == whole.shape == shipped.shape and np.array_equal(drawn, whole):
            return list(zip(parts, np.split(shipped, cuts, 1), strict=True))
    return []


def _found(weight: Tensor, pairs: Pairs) -> Tensor | None:
    """Return what stands in the shipped graphs where a weight of the twin stands in its own."""
    sought = weight.detach().numpy()
    for drawn, shipped in pairs:
        if shipped is None or shipped.shape != drawn.shape or drawn.size != sought.size:
            continue
        if drawn.shape[-2:] == sought.shape and np.array_equal(drawn.reshape(sought.shape), sought):
            return torch.from_numpy(shipped.reshape(sought.shape).copy())
        if drawn.ndim == sought.ndim and np.array_equal(drawn, sought):
            return torch.from_numpy(shipped.copy())
        if sought.ndim == 2 and drawn.shape == sought.T.shape and np.array_equal(drawn.T, sought):
            return torch.from_numpy(shipped.T.copy())
    return None
