"""Run a graph over the dialogues of a data set, and write down everything that happens."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from agent.llm import check_adapter, check_cassette, open_llm, read_key, served_model
from eval.datasets import Dataset, load, parse_range
from eval.provenance import commit, versions
from eval.records import Manifest, Outcome, RunError, each_turn
from eval.runs.cluster import answer_on_cluster, connected
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.input_hashes import database_hashes, knowledge_sha256, weights_sha256
from eval.runs.parquet import check_records_format, pack_records
from eval.runs.prompt_hash import prompts_sha256
from eval.runs.remote_copy import check_address, copy_run
from eval.runs.runner import Runner
from eval.runs.scheduling import quiet_gc
from eval.runs.store import RunStore
from eval.runs.workers import Order, answer_by_workers, crew_of
from eval.statistics import smallest_decidable
from nodes.llm.messages import EndpointError
from nodes.node import Variant
from nodes.state import STAGES


@dataclass(frozen=True)
class RunCounts:
    """How a run ended."""

    answered: int
    no_sql: int
    no_question: int
    """Turns whose utterance was taken for no question."""
    not_run: int
    kept: int
    """Turns that an earlier process had finished."""
    first_error: str | None
    """The error of the first turn that was not run."""
    stopped: str | None = None
    """Why the run ended before its last turn: the endpoint is dead, and --resume goes on."""

    def describe(self) -> str:
        """Say it in one line."""
        turns = self.answered + self.no_sql + self.no_question + self.not_run
        told = f", {self.no_question} taken for no question" if self.no_question else ""
        kept = f" ({self.kept} kept from before)" if self.kept else ""
        return f"{turns} turns{kept}: {self.answered} answered, {self.no_sql} without SQL{told}, {self.not_run} not run"


def run(options: RunOptions, *, say: Callable[[str], object] | None = None) -> RunCounts:
    """Write the records of a run.

    Args:
        say: is told, before the first turn, what so many turns can decide.

    Raises:
        TurnSQLError: bad data, configuration or run folder; nothing is half-written.
    """
    with ExitStack() as joined:
        return _run(options, joined, say)


def _run(options: RunOptions, joined: ExitStack, say: Callable[[str], object] | None) -> RunCounts:
    config, experiment = read_experiment(options)
    if options.cassette and options.cassette.is_batch and experiment.history == "predicted":
        raise RunError("a batch is answered as a whole, before any turn is known: give --history gold")
    check_records_format(options.records)
    if options.copy_to:
        check_address(options.copy_to)
    if options.cassette:
        check_cassette(options.cassette)
    if config.endpoint and not options.cassette:
        read_key(config.endpoint, options.environment)
    if config.endpoint and config.endpoint.adapter_of and not (options.cassette and options.cassette.is_offline):
        asyncio.run(check_adapter(config.endpoint, options.environment))
    dataset = load(options.dataset, options.data, options.split)
    total = len(dataset.dialogues)
    start, stop = parse_range(experiment.dialogues) if experiment.dialogues else (0, total)
    dataset = dataset.select(start, stop, experiment.databases)
    first = dataset.dialogues[0].database_id
    dataset = dataset.shard(options.shard) if options.shard else dataset
    known = options.knowledge or config.knowledge
    order = Order(dataset, config, experiment, options.concurrency, dict(options.environment), options.cassette, known)
    # Before this process reads what the manifest tells: the workers read what they need meanwhile.
    crew = joined.enter_context(crew_of(options.workers, order)) if options.workers > 1 and not options.ray else None
    dataset.open_databases()
    runner = Runner.build(dataset, config, experiment, known)
    manifest = manifest_of(runner, options, f"{start}:{min(stop, total)}", first)
    if config.endpoint and not (options.cassette and options.cassette.is_offline):
        served = asyncio.run(served_model(config.endpoint, options.environment))
        manifest = manifest.model_copy(update={"served_model": served})
    ray = joined.enter_context(connected(options.ray)) if options.ray else None
    begin = RunStore.resume if options.resume else RunStore.create
    store = begin(options.out, manifest, dataset.database_paths)
    _refuse_unknown_turns(store, dataset)
    if say:
        if dataset.edition:
            say(f"{dataset.name} {dataset.split}: {dataset.edition}; gold SQL of {dataset.dialect or 'its database'}")
        say(_sensitivity(dataset.turns))
    try:
        if ray:
            stopped = answer_on_cluster(ray, options.workers, order, store)
        elif crew:
            stopped = answer_by_workers(crew, order, store)
        else:
            with quiet_gc():
                stopped = asyncio.run(_answer(runner, store, options))
        store.sort()
    finally:
        store.close()
        dataset.close()
    counts = _counts(store, stopped)
    if options.records == "parquet" and not stopped:
        pack_records(options.out)
    if options.copy_to:
        copy_run(options.out, options.copy_to)
    return counts


def _refuse_unknown_turns(store: RunStore, dataset: Dataset) -> None:
    """Check that the kept records are of turns that are asked.

    Raises:
        RunError: One is not.
    """
    for key in store.done:
        dialogue = dataset.by_index.get(key.dialogue)
        if dialogue is None or not 0 <= key.turn < len(dialogue.turns):
            store.close()
            raise RunError(f"{store.folder / 'turns.jsonl'} holds turn {key}, which is not in the data: it was edited")


async def _answer(runner: Runner, store: RunStore, options: RunOptions) -> str | None:
    """Answer the turns; return why it ended early where the endpoint is dead."""
    async with open_llm(runner.config.endpoint, options.environment, options.cassette) as llm:
        try:
            await replace(runner, llm=llm).run(store, max(1, options.concurrency))
        except EndpointError as error:
            return str(error)
    return None


def _sensitivity(turns: int) -> str:
    """Say which difference from another run on the same turns could be decided, if all the turns changed one way."""
    smallest = smallest_decidable(turns)
    return f"{turns} turns: " + (
        f"no difference under {smallest:.3f} can be decided" if smallest else "too few to decide any difference"
    )


def manifest_of(runner: Runner, options: RunOptions, dialogues: str, first: str | None = None) -> Manifest:
    """Say where the figures of a run will come from.

    Args:
        first: the database whose prompts are hashed; that of the first dialogue unless given. The shards of a run share it.
    """
    dataset, experiment = runner.dataset, runner.experiment
    prompts = any(isinstance(node, Variant) and node.costly for node in runner.nodes.values())
    endpoint, database = runner.config.endpoint, dataset.open_database(first or dataset.dialogues[0].database_id)
    settings = [experiment.seed, experiment.noise_rate, sorted(runner.alone)]
    evidence = experiment.evidence if any(turn.evidence for d in dataset.dialogues for turn in d.turns) else None
    return Manifest(
        dataset=dataset.name,
        split=dataset.split,
        dialogues=dialogues,
        shard=options.shard,
        databases=experiment.databases,
        history=experiment.history,
        rows_sha256=dataset.rows_sha256,
        config_sha256=runner.config.sha256,
        commit=commit(),
        versions=versions(),
        oracle_stages=tuple(stage for stage in STAGES if stage in experiment.oracle),
        oracle_prompt_rows=dataset.turns if prompts and experiment.oracle else 0,
        data=str(options.data),
        turns=dataset.turns,
        config=runner.config.canonical(),
        settings_sha256=hashlib.sha256(json.dumps(settings).encode()).hexdigest(),
        noise_seed=experiment.seed if experiment.history == "noised" else None,
        noise_rate=experiment.noise_rate if experiment.history == "noised" else None,
        weights_sha256=weights_sha256(runner.nodes),
        knowledge_sha256=knowledge_sha256(runner.knowledge_of(name) for name in sorted(dataset.database_ids)),
        evidence=evidence,
        edition=dataset.edition,
        database_hashes=database_hashes(dataset),
        prompts_sha256=asyncio.run(prompts_sha256(runner.nodes, endpoint, database)) if endpoint else None,
    )


def _counts(store: RunStore, stopped: str | None) -> RunCounts:
    outcomes, first_error = Counter[Outcome](), None
    for record in each_turn(store.folder):
        outcomes[record.outcome] += 1
        first_error = first_error or record.error
    return RunCounts(
        answered=outcomes["answered"],
        no_sql=outcomes["no_sql"],
        no_question=outcomes["no_question"],
        not_run=outcomes["not_run"],
        kept=len(store.done),
        first_error=first_error,
        stopped=stopped,
    )
