# pyright: basic, reportMissingImports=false, reportUntypedBaseClass=false

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("torch", reason="train extra")
pytest.importorskip("transformers", reason="train extra")


def test_a_collator_may_give_a_plain_mapping() -> None:
    import torch

    from training.sft.score import HeldOutLoss

    class Model(torch.nn.Module):
        device = torch.device("cpu")

        def forward(self, input_ids: Any) -> Any:
            return SimpleNamespace(loss=input_ids.float().mean())

    def collate(rows: list[Any]) -> dict[str, Any]:
        return {"input_ids": torch.tensor([row["input_ids"] for row in rows])}

    assert HeldOutLoss(Model(), collate, [{"input_ids": [1, 3]}], 1).mean() == 2.0
