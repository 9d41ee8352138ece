"""How long a run will take: the tokens that it passes over, times what one takes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from training.sft.config import SftConfig
from training.sft.estimate import TIMED, measured_minutes, run_tokens


@pytest.mark.parametrize(
    ("settings", "tokens"),
    [
        ({"epochs": 2}, 1200),
        ({"epochs": 0.5}, 300),
        ({"steps": 4, "batch_size": 2, "accumulate": 3}, 4800),
    ],
)
def test_a_run_passes_over_its_rows_by_epochs_or_by_steps(settings: dict, tokens: int) -> None:
    assert run_tokens(SftConfig(**settings), [100, 200, 300]) == tokens


def test_the_time_is_that_of_a_few_batches_and_leaves_no_gradient() -> None:
    now, zeroed, seen = [0.0], [], []

    class Model:
        def __call__(self, tokens: int) -> SimpleNamespace:
            seen.append(tokens)
            return SimpleNamespace(loss=SimpleNamespace(backward=lambda: self.pass_time(tokens)))

        def pass_time(self, tokens: int) -> None:
            now[0] += 100.0 if len(seen) == 1 else 0.001 * tokens

        def zero_grad(self) -> None:
            zeroed.append(True)

    rows = [{"input_ids": [0] * length, "labels": [0] * length} for length in range(10, 110)]
    found = measured_minutes(
        Model(), lambda batch: {"tokens": sum(len(row["input_ids"]) for row in batch)}, rows,
        SftConfig(batch_size=8, epochs=3), clock=lambda: now[0],
    )  # fmt: skip
    assert len(seen) == len(TIMED) and zeroed
    assert found == pytest.approx(0.001 * 3 * sum(range(10, 110)) / 60), "the first batch warms up and is not counted"
