# pyright: basic, reportMissingImports=false
"""A training run from a kit alone: train, export and say how good it is, with nothing to download."""

from __future__ import annotations

from pathlib import Path

from training.compact.config import CompactConfig
from training.compact.export import write_network
from training.compact.kit import open_kit
from training.compact.train import train_compact

EXPORTED = "planner.zip"


def train_from_kit(
    kit: Path, out: Path, *, config: CompactConfig | None = None, minutes: float | None = None, resume: bool = False
) -> Path:
    """Train on the examples of a kit and write the network for use beside the run.

    Args:
        config: settings in place of the kit's; the examples stay as they were packed.
        minutes: after which training stops.

    Returns:
        The exported planner; it is not fitted how plans are chosen, which wants the data sets: `turnsql train choice` does that.

    Raises:
        TrainingError: The kit is not whole, or `out` is taken.
    """
    packed, built, encoder, start = open_kit(kit)
    settings = config or packed
    if minutes is not None:
        settings = settings.model_copy(update={"minutes": minutes})
    train_compact(settings, kit, out, base=encoder, resume=resume, start=start, packed=built)
    write_network(out, out / EXPORTED, base=encoder)
    return out / EXPORTED
