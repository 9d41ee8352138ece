"""Whether faults of an endpoint change anything but the time: a run from a recording, again under faults, and after a kill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from agent.config import ConfigError
from agent.llm import CassetteOptions
from eval.bench.faulty_server import Faulty, completions, served
from eval.records import read_turns
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.run import RunCounts, run
from eval.scoring.score import score
from nodes.llm.cassette import read_cassette
from value_index.models import FrozenModel

PATIENCE = 5.0
"""Seconds that a call may take here; a server that stalls is silent for twice as long."""
RESUMES = 3
"""Times that turns which were not run are taken up again."""


class Trial(FrozenModel):
    """A run through a faulty server, beside the run from the recording."""

    turns: int
    not_run: int
    resumed: int
    """Times that it was taken up again."""
    differing: int
    """Turns whose record is another, times left out."""
    same_figures: bool
    calls: int
    faults: dict[str, int]
    seconds: float
    stopped: str | None = None
    """Why the run ended when the server was killed."""
    stopped_after: float | None = None
    """Seconds from the kill to the end of the run."""

    @property
    def unharmed(self) -> bool:
        """True if no turn was lost and every record is identical."""
        return not self.not_run and not self.differing and self.same_figures


def endure(options: RunOptions, recording: Path, *, share: float, seed: int) -> tuple[Trial, Trial]:
    """Run the turns from a recording, then through a server that faults, then through one that dies half-way.

    Args:
        options: of the run; `out` is the folder of the three.
        share: of the calls, those that get a fault.
        seed: of the faults.
    """
    endpoint = read_experiment(options)[0].endpoint
    if endpoint is None:
        raise ConfigError(f"{options.config}: names no [endpoint]: give --config the one of the recording")
    calm = replace(options, out=options.out / "calm", cassette=CassetteOptions(recording, replay=True))
    counts = run(calm)
    if counts.stopped or counts.not_run:
        raise ConfigError(f"the recording does not answer every turn: {counts.stopped or counts.first_error}")
    answers = completions(read_cassette(recording), endpoint)
    faulted = Faulty(answers, share, seed, stall=2 * PATIENCE)
    first = _trial(calm, replace(options, out=options.out / "faulted"), faulted)
    killed = Faulty(answers, 0.0, dies_after=(faulted.calls - faulted.faults.total()) // 2)
    return first, _trial(calm, replace(options, out=options.out / "killed"), killed)


def _trial(calm: RunOptions, options: RunOptions, faulty: Faulty) -> Trial:
    start = perf_counter()
    counts, resumed, stopped, died = _served_run(options, faulty), 0, None, faulty.died_at
    ended = perf_counter()
    while (counts.stopped or counts.not_run) and resumed < RESUMES:
        stopped = stopped or counts.stopped
        faulty.dies_after = None
        counts, resumed = _served_run(replace(options, resume=True), faulty), resumed + 1
    before, after = (list(_untimed(out)) for out in (calm.out, options.out))
    return Trial(
        turns=len(after),
        not_run=counts.not_run,
        resumed=resumed,
        differing=sum(one != other for one, other in zip(before, after, strict=False)) + abs(len(before) - len(after)),
        same_figures=score(calm.out).means == score(options.out).means,
        calls=faulty.calls,
        faults=dict(faulty.faults.most_common()),
        seconds=perf_counter() - start,
        stopped=stopped,
        stopped_after=ended - died if died else None,
    )


def _served_run(options: RunOptions, faulty: Faulty) -> RunCounts:
    with served(faulty) as url:
        return run(replace(options, endpoint={"base_url": url, "key_env": "", "timeout": PATIENCE}))


def _untimed(out: Path) -> Iterator[dict[str, Any]]:
    """Yield the records without what differs between two runs of the same thing."""
    for record in read_turns(out):
        line = record.model_dump(mode="json", exclude={"timing"})
        for stage in line["stages"].values():
            del stage["ms"]
            for call in stage["calls"]:
                del call["usage"]["seconds"]
        yield line
