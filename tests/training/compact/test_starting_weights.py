"""A run knows what it began with, and blends with it once."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from training.compact.model import CompactModel, Shape  # noqa: E402
from training.compact.starting_weights import blend_best, keep_start, kept_start  # noqa: E402
from training.settings import TrainingError  # noqa: E402

CPU = torch.device("cpu")


def network(value: float) -> CompactModel:
    model = CompactModel(Shape(vocabulary=20, layers=1))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(value)
    return model


def run_folder(path: Path, value: float) -> Path:
    path.mkdir()
    torch.save({"model": network(value).state_dict(), "step": 7, "score": 0.4}, path / "best.pt")
    return path


def first(model: CompactModel) -> float:
    return float(next(model.parameters()).flatten()[0])


def measured() -> tuple[float, dict[str, float]]:
    return 0.5, {"cosql": 0.5}


def test_a_resumed_run_has_its_own_copy_of_what_it_began_with(tmp_path: Path):
    earlier, out = run_folder(tmp_path / "earlier", 0.0), run_folder(tmp_path / "out", 1.0)
    kept = keep_start(out, earlier)
    (earlier / "best.pt").unlink()
    assert kept == keep_start(out, None) == kept_start(out)
    assert kept is not None and kept.name == "earlier"


def test_a_run_resumed_without_its_start_blends_once(tmp_path: Path):
    earlier, out = run_folder(tmp_path / "earlier", 0.0), run_folder(tmp_path / "out", 1.0)
    keep_start(out, earlier)
    model = network(9.0)
    for _ in range(2):
        best = blend_best(model, out, keep_start(out, None), 0.75, CPU, measured)
        assert first(model) == pytest.approx(0.75)
        assert (best["blended"], best["step"], best["score"], best["shares"]) == (0.75, 7, 0.5, {"cosql": 0.5})


def test_a_run_from_the_base_encoder_is_not_blended(tmp_path: Path):
    out, model = run_folder(tmp_path / "out", 1.0), network(9.0)
    assert "blended" not in blend_best(model, out, keep_start(out, None), 0.75, CPU, measured)
    assert first(model) == 1.0


def test_another_start_is_refused(tmp_path: Path):
    earlier, out = run_folder(tmp_path / "earlier", 0.0), run_folder(tmp_path / "out", 1.0)
    assert keep_start(out, earlier) == keep_start(out, earlier)
    with pytest.raises(TrainingError, match="did not start from"):
        keep_start(out, run_folder(tmp_path / "other", 2.0))


def test_a_run_that_began_without_is_given_no_start(tmp_path: Path):
    earlier, out = run_folder(tmp_path / "earlier", 0.0), run_folder(tmp_path / "out", 1.0)
    (out / "last.pt").touch()
    with pytest.raises(TrainingError, match="did not start from"):
        keep_start(out, earlier)
