"""What the value_grounding stage of a run is worth against labelled literals, and which turns it breaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from eval.analysis.compare import compare
from eval.gold.value_labels import LabelKind, Labeller
from eval.records import read_manifest, read_turns
from eval.scoring.score import open_rows
from eval.scoring.stage_scores import same_value
from nodes.state import GroundedValue


@dataclass
class RunTally:
    """Counts over the turns of a run."""

    reachable: Counter[LabelKind] = field(default_factory=Counter[LabelKind])
    """Stored literals that are named or carried over, by kind."""
    value: Counter[LabelKind] = field(default_factory=Counter[LabelKind])
    """How many of these have the value given."""
    column: Counter[LabelKind] = field(default_factory=Counter[LabelKind])
    """How many of these have the right column too."""
    given: int = 0
    """Values given."""
    right: int = 0
    """How many of these gold compares with."""
    silent: int = 0
    """Turns whose gold compares with no value."""
    kept_silent: int = 0
    fixed: tuple[str, ...] | None = None
    """Turns that are right with the stage and wrong without it; None if no run without it was given."""
    breaks: tuple[str, ...] | None = None
    """Turns that are right without the stage and wrong with it."""

    def lines(self) -> list[str]:
        """Say the figures."""
        total, found, right = (sum(each.values()) for each in (self.reachable, self.value, self.column))
        kinds = (f"{kind} {self.value[kind]}/{count}" for kind, count in self.reachable.items())
        lines = [
            f"literals stored, and named or carried over: {total}",
            f"value recall {found / max(1, total):.3f}, column accuracy {right / max(1, found):.3f}",
            "recall by kind: " + ", ".join(kinds),
            f"precision {self.right / max(1, self.given):.3f} of {self.given}",
            f"abstention {self.kept_silent / max(1, self.silent):.3f} of {self.silent}",
        ]
        if self.fixed is not None and self.breaks is not None:
            lines.append(f"fixed {len(self.fixed)}: {', '.join(self.fixed) or 'none'}")
            lines.append(f"breaks {len(self.breaks)}: {', '.join(self.breaks) or 'none'}")
        return lines


def measure_run(run: Path, data: Path | None = None, without: Path | None = None) -> RunTally:
    """Measure the values that a run's turns were given.

    Args:
        run: records of it.
        data: the unpacked archive; the folder that the run names unless given.
        without: the same turns with `value_grounding=skip`; both scored.

    Raises:
        RunError: a folder is no run, or the two do not compare.
    """
    dataset = open_rows(read_manifest(run), data)
    labeller, tally = Labeller(dataset), RunTally()
    for record in read_turns(run):
        stage = record.stages.get("value_grounding")
        values = [GroundedValue.model_validate(each) for each in (stage.output if stage else None) or ()]
        labels = list(labeller.turn(record.dialogue, record.turn))
        for label in labels:
            if label.reachable:
                columns = {value.column.folded for value in values if same_value(value.value, label.value)}
                tally.reachable[label.kind] += 1
                tally.value[label.kind] += bool(columns)
                tally.column[label.kind] += label.column.folded in columns
        tally.given += len(values)
        tally.right += sum(
            any(value.column.folded == label.column.folded and same_value(value.value, label.value) for label in labels)
            for value in values
        )
        tally.silent += not labels
        tally.kept_silent += not labels and not values
    if without:
        found = compare((without, run)).runs[0]
        tally.fixed, tally.breaks = found.fixed, found.broken
    return tally
