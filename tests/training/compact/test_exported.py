"""An exported planner can be trained on: its weights are read back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")

from training.compact.export import graphs  # noqa: E402
from training.compact.exported import load_exported  # noqa: E402
from training.compact.model import CompactModel, Shape  # noqa: E402
from training.settings import TrainingError  # noqa: E402


def test_weights_come_back_as_they_were_stored(tmp_path: Path):
    torch.manual_seed(0)
    model = CompactModel(Shape(vocabulary=50))
    path = tmp_path / "planner.zip"
    with zipfile.ZipFile(path, "w") as archive, torch.no_grad():
        for name, graph in graphs(model).items():
            archive.writestr(f"{name}.onnx", graph.SerializeToString())
    other = CompactModel(Shape(vocabulary=50))
    load_exported(other, path)
    for (name, one), two in zip(model.named_parameters(), other.parameters(), strict=True):
        if not name.startswith("encoder."):
            assert torch.allclose(one, two, atol=2e-3), name


def test_another_file_is_refused(tmp_path: Path):
    (tmp_path / "planner.zip").write_bytes(b"no archive")
    with pytest.raises(TrainingError, match="no exported planner"):
        load_exported(CompactModel(Shape(vocabulary=50)), tmp_path / "planner.zip")
