"""ablate: the runs of an oracle ladder, each the base with one stage skipped, exchanged or given gold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.graph import build_graph
from agent.llm import open_llm
from eval.ablation.ladder import Ladder, read_ladder
from eval.ablation.rungs import BASE, CHOICES, Choice, Rung, rungs
from eval.ablation.stand_ins import MemoisedNode, SameSize
from eval.datasets import load, parse_range
from eval.records import RunError
from eval.report.topics.ladder import ladder_markdown
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.oracle import Oracle
from eval.runs.run import manifest_of
from eval.runs.runner import Runner
from eval.runs.store import RunStore
from eval.scoring.score import score
from nodes.node import Node
from nodes.state import STAGES, Stage
from value_index.files.atomic_file import write_atomically
from value_index.files.folders import taken


def ablate(options: RunOptions, *, say: Callable[[str], object] | None = None) -> Ladder:
    """Run and score the base and every rung, and write `ladder.json` and `ladder.md` beside them.

    Args:
        options: of the base; `out` is the ladder's folder, and `oracle` must be empty.
        say: is told of each run as it ends.

    Raises:
        TurnSQLError: bad data, configuration or folder.
    """
    if options.oracle:
        raise RunError("a ladder gives gold to each stage in turn: leave --oracle out")
    if said := taken(options.out):
        raise RunError(said)
    answer_rungs(options, say=say)
    ladder = read_ladder(options.out)
    write_atomically(options.out / "ladder.json", ladder.model_dump_json(indent=2) + "\n")
    write_atomically(options.out / "ladder.md", ladder_markdown(ladder))
    return ladder


def answer_rungs(
    options: RunOptions, *, choices: Sequence[Choice] = CHOICES, say: Callable[[str], object] | None = None
) -> None:
    """Run and score the base and the rungs of some choices.

    Args:
        choices: `oracle` alone is enough to tell which stage to blame.

    Raises:
        TurnSQLError: bad data, configuration or folder.
    """
    asyncio.run(_run_all(options, choices, say or (lambda _: None)))


async def _run_all(options: RunOptions, choices: Sequence[Choice], say: Callable[[str], object]) -> None:
    config, experiment = read_experiment(replace(options, oracle=()))
    dataset = load(options.dataset, options.data, options.split)
    total = len(dataset.dialogues)
    start, stop = parse_range(experiment.dialogues) if experiment.dialogues else (0, total)
    dataset = dataset.select(start, stop, experiment.databases)
    dataset.open_databases()
    try:
        async with open_llm(config.endpoint, options.environment, options.cassette) as llm:
            bench = _Bench(
                replace(Runner.build(dataset, config, experiment, options.knowledge or config.knowledge), llm=llm),
                options,
                f"{start}:{min(stop, total)}",
            )
            for rung in (None, *(rung for rung in rungs(config) if rung.choice in choices)):
                say(await bench.run(rung))
    finally:
        dataset.close()


@dataclass(frozen=True)
class _Bench:
    """Runs rungs one after the other; every node remembers what it gave."""

    base: Runner
    options: RunOptions
    dialogues: str
    _memoised: dict[tuple[Stage, str], MemoisedNode] = field(default_factory=dict[tuple[Stage, str], MemoisedNode])

    async def run(self, rung: Rung | None) -> str:
        """Run and score one rung, None for the base; say how it went."""
        name = rung.name if rung else BASE
        runner, options = self._runner(rung), self._options(rung)
        store = RunStore.create(
            options.out, manifest_of(runner, options, self.dialogues), runner.dataset.database_paths
        )
        try:
            await runner.run(store, max(1, options.concurrency))
            store.sort()
        finally:
            store.close()
        value = score(options.out, options.data).means.get("value")
        return f"{name}: value {'–' if value is None else format(value, '.3f')}"

    def _options(self, rung: Rung | None) -> RunOptions:
        name, overrides = (rung.name, rung.overrides) if rung else (BASE, ())
        return replace(self.options, out=self.options.out / name, nodes=(*self.options.nodes, *overrides))

    def _runner(self, rung: Rung | None) -> Runner:
        config, experiment = read_experiment(replace(self._options(rung), oracle=rung.oracles if rung else ()))
        nodes = self._nodes(rung, config.nodes())
        names: dict[Stage, str] = {stage: _label(stage, rung, config.variants) for stage in STAGES}
        memoised: dict[Stage, Node] = {
            stage: self._memoised.setdefault((stage, names[stage]), MemoisedNode(nodes[stage])) for stage in STAGES
        }
        return replace(
            self.base,
            config=config,
            experiment=experiment,
            nodes=nodes,
            alone={} if rung else self.base.alone,
            graph=build_graph(memoised, max_attempts=config.graph.max_attempts, refuse=config.refused),
        )

    def _nodes(self, rung: Rung | None, nodes: Mapping[Stage, Node]) -> dict[Stage, Node]:
        found = dict(nodes)
        for stage in rung.oracles if rung else ():
            found[stage] = Oracle(stage, self.base.book)
            if stage == "schema_linking" and rung and rung.choice != "oracle_shrunk":
                found[stage] = SameSize(Oracle(stage, self.base.book), nodes[stage])
        return found


def _label(stage: Stage, rung: Rung | None, variants: Mapping[Stage, str]) -> str:
    """Name a node, so that rungs with the same node share its memory."""
    if rung and stage in rung.oracles:
        return "gold alone" if rung.choice == "oracle_shrunk" else "gold"
    return variants[stage]
