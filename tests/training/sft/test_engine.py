"""What is refused before a model is loaded; torch is a stand-in that says what card there is."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from training.settings import TrainingError
from training.sft.config import Lora, SftConfig
from training.sft.engine import (
    check_room,
    check_targets,
    import_engine,
    open_model,
)
from training.sft.estimate import DENSE_MODULES, HYBRID_MODULES

NINE = "Qwen/Qwen3.5-9B"


class Linear:
    """A layer."""


def put_card(monkeypatch: pytest.MonkeyPatch, memory: float | None) -> None:
    torch = ModuleType("torch")
    properties = SimpleNamespace(total_memory=(memory or 0) * 1e9, name="a card")
    torch.cuda = SimpleNamespace(is_available=lambda: memory is not None, get_device_properties=lambda _: properties)  # type: ignore[attr-defined]
    torch.nn = SimpleNamespace(Linear=Linear)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)


def test_a_card_that_is_too_small_is_refused_before_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    put_card(monkeypatch, 16)
    settings = SftConfig(lora=Lora(), batch_size=1, longest=2048)
    with pytest.raises(TrainingError, match=r"a card has 16 GB, the run needs about 2\d\.\d GB"):
        check_room(settings, NINE)
    assert "GB of GPU memory" in check_room(settings.model_copy(update={"bits": 4}), NINE)


def test_a_large_model_without_a_card_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put_card(monkeypatch, None)
    with pytest.raises(TrainingError, match=r"needs a GPU with about .* torch finds none here"):
        check_room(SftConfig(lora=Lora(), batch_size=1), NINE)
    assert check_room(SftConfig(), "someone/unknown") == ""


def test_rows_are_not_packed_for_a_model_that_carries_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    put_card(monkeypatch, 80)
    with pytest.raises(TrainingError, match="rows packed into one would see each other: set packing = false"):
        check_room(SftConfig(lora=Lora(), packing=True), NINE)


def test_layers_that_are_not_there_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    put_card(monkeypatch, None)
    there = [(f"model.layers.0.{name}", Linear()) for name in DENSE_MODULES]
    model = SimpleNamespace(named_modules=lambda: [*there, ("model.norm", object())])
    check_targets(SftConfig(lora=Lora(target_modules=DENSE_MODULES)), model)
    check_targets(SftConfig(lora=Lora(target_modules="all-linear")), model)
    with pytest.raises(TrainingError, match="the model has no 'in_proj_qkv'; it has down_proj"):
        check_targets(SftConfig(lora=Lora(target_modules=(*DENSE_MODULES, *HYBRID_MODULES))), model)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (ImportError("x", name="unsloth"), "Unsloth needs unsloth: uv pip install"),
        (NotImplementedError("no GPU"), "finds no GPU here"),
    ],
)
def test_unsloth_where_it_cannot_run_is_one_line(monkeypatch: pytest.MonkeyPatch, fault: Exception, says: str) -> None:
    import builtins

    real = builtins.__import__

    def fail(name: str, *rest: object, **more: object) -> ModuleType:
        if name == "unsloth":
            raise fault
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", fail)
    with pytest.raises(TrainingError, match=says):
        import_engine(SftConfig(engine="unsloth"))
    import_engine(SftConfig())


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (None, "has no chat template: give an instruction-tuned base"),
        ("unreadable", "cannot open the base model 'some/base'"),
    ],
)
def test_a_base_without_a_chat_template_or_none_at_all_is_one_line(
    monkeypatch: pytest.MonkeyPatch, template: str | None, says: str
) -> None:
    def opened(config: SftConfig, named: str):
        if template:
            raise OSError("no such\nfile")
        return SimpleNamespace(chat_template=None), object()

    monkeypatch.setattr("training.sft.engine._plain", opened)
    with pytest.raises(TrainingError, match=says):
        open_model(SftConfig(), "some/base")
