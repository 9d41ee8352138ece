"""Runner: the turns of a data set through one graph, some at a time, each written down as soon as it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from agent.config import Config
from agent.graph import Graph, build_graph, run_turn
from agent.steps import variant_name
from eval.datasets import Dataset, GoldDialogue, GoldTurn
from eval.gold.outputs import GoldBook
from eval.progress import Progress
from eval.records import AloneRecord, StageRecord, TurnRecord
from eval.runs.experiment import Experiment
from eval.runs.history import Histories
from eval.runs.isolated_stages import (
    Failure,
    attempt,
    runs_alone,
    stages_alone,
)
from eval.runs.oracle import Oracle
from eval.runs.scheduling import ComputeSlot, YieldingCompleter
from eval.runs.store import RunStore
from eval.runs.turn_record import turn_record
from eval.runs.units import ListedUnits, Unit, Units, Written, units_left
from eval.turn_key import TurnKey
from nodes.knowledge.load import known_schema, load_knowledge
from nodes.llm.messages import Completer
from nodes.node import Context, Node, Variant
from nodes.state import STAGES, GraphState, Stage
from value_index.index import ValueIndex
from value_index.knowledge.evidence import read_evidence
from value_index.knowledge.store import Knowledge


@dataclass(frozen=True)
class Runner:
    """A graph, with gold in the slots that the experiment names, and the turns to put to it."""

    dataset: Dataset
    config: Config
    experiment: Experiment
    book: GoldBook
    nodes: Mapping[Stage, Node]
    alone: Mapping[Stage, Node]
    """The stages that also run on gold upstream."""
    graph: Graph
    histories: Histories
    knowledge: tuple[Path, ...] = ()
    """Files and folders of what is known about the databases."""
    llm: Completer | None = None
    """None if the configuration names no endpoint."""
    compute_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the turn that computes."""
    _contexts: dict[str, Context] = field(default_factory=dict[str, Context])

    @classmethod
    def build(
        cls, dataset: Dataset, config: Config, experiment: Experiment, knowledge: tuple[Path, ...] = ()
    ) -> Runner:
        """Put the nodes, and the oracles in their place, into a graph."""
        book = GoldBook(dataset)
        oracles: dict[Stage, Node] = {stage: Oracle(stage, book) for stage in experiment.oracle}
        nodes: dict[Stage, Node] = {**config.nodes(), **oracles}
        return cls(
            dataset=dataset,
            config=config,
            experiment=experiment,
            book=book,
            nodes=nodes,
            alone={stage: node for stage, node in nodes.items() if runs_alone(node, experiment.alone)},
            graph=build_graph(nodes, max_attempts=config.graph.max_attempts, refuse=config.refused),
            histories=Histories(experiment.history, book, experiment.seed, experiment.noise_rate),
            knowledge=knowledge,
        )

    async def run(self, store: RunStore, concurrency: int) -> None:
        """Answer every turn that the store does not have yet, `concurrency` at a time."""
        units = ListedUnits(units_left(self.dataset, self.experiment.history, store.done))
        with Progress("turns", total=self.dataset.turns, done=len(store.done)) as progress:

            def written(unit: Unit, record: TurnRecord, alone: Iterable[AloneRecord]) -> None:
                store.append(record, alone)
                progress.advance()

            await self.answer(units, written, concurrency)

    async def answer(self, units: Units, written: Written, concurrency: int) -> None:
        """Answer all units, `concurrency` at a time, and have each turn written as soon as it is done."""
        tasks = [asyncio.create_task(self._work(units, written)) for _ in range(concurrency)]
        try:
            await asyncio.gather(*tasks)
        finally:
            # Where one of them ended the run, nothing is written after it.
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _work(self, units: Units, written: Written) -> None:
        while (unit := await units.take()) is not None:
            dialogue, answered, broken = self.dataset.by_index[unit.dialogue], dict(unit.answered), False
            for turn in unit.turns:
                if broken:
                    record, alone = self._not_run(dialogue, turn, "the turn before it was not run"), []
                else:
                    slot = ComputeSlot(self.compute_lock)
                    async with slot:
                        record, alone = await self._turn(dialogue, turn, answered, slot)
                answered[turn], broken = record.sql, record.outcome == "not_run"
                written(unit, record, alone)

    async def _turn(
        self, dialogue: GoldDialogue, turn: int, answered: Mapping[int, str], slot: ComputeSlot
    ) -> tuple[TurnRecord, list[AloneRecord]]:
        asked = GraphState(
            turn_id=str(TurnKey(dialogue.index, turn)),
            database_id=dialogue.database_id,
            history=self.histories.before(dialogue, turn, answered),
            utterance=self._asked(dialogue.turns[turn]),
        )
        # The graph and the stages that run alone share one analysis of the turn.
        context = self._told(dialogue.turns[turn], self._context(dialogue.database_id)).of_turn(asked)
        context = replace(context, llm=YieldingCompleter(self.llm, slot) if self.llm else None)
        started = perf_counter()
        work = run_turn(
            self.graph,
            context,
            turn_id=asked.turn_id,
            history=asked.history,
            utterance=asked.utterance,
            tracing=self.config.graph.tracing,
        )
        state = await attempt(work)
        if isinstance(state, Failure):
            return self._not_run(dialogue, turn, state.message), []
        ms = (perf_counter() - started) * 1000
        record = turn_record(
            TurnKey(dialogue.index, turn),
            dialogue.database_id,
            state,
            self.nodes,
            history=self.experiment.history,
            ms=ms,
        )
        gold = self.book.turn(dialogue.index, turn) if self.alone else None
        alone = await stages_alone(record.key, asked, gold, self.alone, context) if gold else []
        return record, alone

    def _asked(self, turn: GoldTurn) -> str:
        return turn.told if self.experiment.evidence == "question" else turn.utterance

    def _told(self, turn: GoldTurn, context: Context) -> Context:
        """Return the context with the evidence of a question as knowledge."""
        if self.experiment.evidence != "knowledge" or not turn.evidence:
            return context
        told = read_evidence(turn.evidence, context.database)
        return replace(context, knowledge=context.knowledge.with_more(told) if context.knowledge else told)

    def knowledge_of(self, database_id: str) -> Knowledge | None:
        """Return what is known about a database; None without any."""
        database = self.dataset.open_database(database_id)
        return load_knowledge(self.knowledge, database, match_descriptions=self.config.match_descriptions)

    def _context(self, database_id: str) -> Context:
        if database_id not in self._contexts:
            database = self.dataset.open_database(database_id)
            known = self.knowledge_of(database_id)
            self._contexts[database_id] = Context(
                known_schema(database.schema, known), database, ValueIndex.build(database), known
            )
            for node in self.nodes.values():
                if isinstance(node, Variant):
                    node.prepare(self._contexts[database_id])
        return self._contexts[database_id]

    def _not_run(self, dialogue: GoldDialogue, turn: int, error: str) -> TurnRecord:
        return TurnRecord(
            dialogue=dialogue.index,
            turn=turn,
            database_id=dialogue.database_id,
            utterance=dialogue.turns[turn].utterance,
            history=self.experiment.history,
            sql="",
            outcome="not_run",
            stages={s: StageRecord(variant=variant_name(s, self.nodes[s])) for s in STAGES},
            error=error,
        )
