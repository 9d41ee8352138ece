"""What a kill or a full disk leaves behind, and what it must not."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.settings import TrainingError
from training.sft.checkpoints import best_look, disk_faults, last_checkpoint, save_whole


def checkpoint(folder: Path, step: int, state: str | None) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "optimizer.pt").write_bytes(b"x")
    if state is not None:
        (path / "trainer_state.json").write_text(state)
    return path


@pytest.mark.parametrize("state", [None, "", '{"global_step": 1', "{}"])
def test_a_run_goes_on_from_the_last_whole_checkpoint(tmp_path: Path, state: str | None) -> None:
    checkpoint(tmp_path, 9, '{"global_step": 9}')
    whole, torn = checkpoint(tmp_path, 20, '{"global_step": 20}'), checkpoint(tmp_path, 100, state)
    assert last_checkpoint(tmp_path) == whole
    assert not torn.exists()


def test_without_a_whole_checkpoint_there_is_nothing_to_go_on_from(tmp_path: Path) -> None:
    assert last_checkpoint(tmp_path / "none") is None
    checkpoint(tmp_path, 2, None)
    assert last_checkpoint(tmp_path) is None


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (
            RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 1579968 vs 1579860"),
            "the disk is full",
        ),
        (ValueError("I/O error: No space left on device (os error 28)"), "the disk is full"),
    ],
)
def test_a_full_disk_while_checkpointing_says_how_to_go_on(fault: Exception, says: str) -> None:
    with (
        pytest.raises(
            TrainingError, match=f"runs/x: {says}: make room, then go on from the last checkpoint with --resume"
        ),
        disk_faults(Path("runs/x")),
    ):
        raise fault


def test_other_faults_are_not_the_disks() -> None:
    with pytest.raises(RuntimeError, match="size mismatch"), disk_faults(Path("runs/x")):
        raise RuntimeError("size mismatch")


class Model:
    """Writes one file, or half of it."""

    def __init__(self, text: str, *, full: bool = False) -> None:
        self._text, self._full = text, full

    def save_pretrained(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "model.safetensors").write_text(self._text)
        if self._full:
            raise OSError(28, "No space left on device")


def test_better_weights_take_the_place_of_the_best_only_when_they_are_whole(tmp_path: Path) -> None:
    best = tmp_path / "model"
    save_whole(Model("good"), best)
    (best / "tokenizer.json").write_text("{}")
    with pytest.raises(OSError, match="No space"):
        save_whole(Model("half", full=True), best)
    assert (best / "model.safetensors").read_text() == "good"
    save_whole(Model("better"), best)
    assert (best / "model.safetensors").read_text() == "better"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model"]
    assert (best / "tokenizer.json").is_file()


def test_of_equal_looks_the_later_stands_and_the_loss_comes_before_that() -> None:
    looks = [
        {"step": step, "accuracy": 0.0, "loss": loss} for step, loss in ((25, 2.0), (50, 1.5), (75, 1.5), (100, 1.6))
    ]
    assert best_look(looks) == ((0.0, -1.5), 75, 1)
    assert best_look([{"step": 25, "accuracy": 0.1}, {"step": 50, "accuracy": 0.1}])[1] == 50
    assert best_look([])[1] is None
