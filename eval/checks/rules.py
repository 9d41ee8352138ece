"""What each rule is worth: how often it is told of gold SQL, and which answers it fixes and breaks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from agent.config import Config
from agent.steps import walk
from eval.checks.rule_scores import HeededBy, RuleScore, RuleScores
from eval.datasets import Dataset
from eval.gold.outputs import GoldBook
from eval.progress import Progress
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.same_rows import same_rows
from eval.turn_key import TurnKey
from nodes.compact.names.schema_as_said import context_as_said
from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.choice_weights import choice_weights
from nodes.compact.ranking.features.sense import sense_features
from nodes.compact.ranking.features.sense.sense_features import SenseFeatures
from nodes.compact.ranking.rerank import TurnSearch, distinct, ranking
from nodes.compact.turn_encoding import load_planner
from nodes.coverage.demand import Demand
from nodes.node import FIELDS, Context, Node
from nodes.plan_emission import Compact
from nodes.schema_validation import Sqlglot
from nodes.sql.parsing.parse import repair
from nodes.sql.violations import violations
from nodes.state import STAGES, GraphState, ScoredPlan, Stage, Turn, ViolationKind
from value_index.index import ValueIndex

UPSTREAM, FIXED = STAGES[:3], STAGES[:4]
KINDS: tuple[ViolationKind, ...] = get_args(ViolationKind)
RANKING = tuple(feature.name for feature in sense_features.FEATURES)


@dataclass(frozen=True)
class _Given:
    """A node that gives what was found before."""

    output: Any

    async def __call__(self, state: GraphState, context: Context) -> Any:
        return self.output


@dataclass
class RuleCheck:
    """The rules over one data set, answered as the embedded default answers, after the gold of the turns before."""

    dataset: Dataset
    answers: bool = True
    """Whether turns are answered; else only golds are looked at."""

    def __post_init__(self) -> None:
        config = Config.load()
        self._nodes, self._attempts = config.nodes(), config.graph.max_attempts
        self._book, self._executions = GoldBook(self.dataset), Executions()
        self._contexts: dict[str, Context] = {}
        self._found = _Found()

    def scores(self) -> RuleScores:
        """Look at every turn."""
        with Progress("turns", total=self.dataset.turns) as progress:
            for key, state, gold in self._turns():
                self._turn(key, state, gold)
                progress.advance()
        return self._found.scores()

    def _turns(self) -> Iterator[tuple[TurnKey, GraphState, str]]:
        for dialogue in self.dataset.dialogues:
            history = tuple(Turn(utterance=turn.utterance, sql=turn.query) for turn in dialogue.turns)
            for number, turn in enumerate(dialogue.turns):
                key = TurnKey(dialogue.index, number)
                state = GraphState(
                    turn_id=str(key),
                    database_id=dialogue.database_id,
                    history=history[:number],
                    utterance=turn.utterance,
                )
                yield key, state, repair(turn.query)

    def _turn(self, key: TurnKey, state: GraphState, gold: str) -> None:
        context = self._context(state.database_id).of_turn(state)
        for stage in UPSTREAM:
            output = asyncio.run(self._nodes[stage](state, context))
            state = state.model_copy(update={FIELDS[stage]: output})
        runs = context.database.execute(gold, max_rows=1).ok
        if runs:
            self._found.gold(self._told(key, state, gold, context))
        if self.answers and runs:
            given = _Answers(self._nodes, self._attempts, state, context)
            right = {sql: same_rows(self._executions, context.database, gold, sql) for sql in set(given.all.values())}
            self._found.answer(str(key), given.all, right)

    def _told(self, key: TurnKey, state: GraphState, gold: str, context: Context) -> dict[str, str | None]:
        """Return what is told of a gold: the severity of a violation, None for a feature; "plan" if it is a plan."""
        assert context.index is not None
        told: dict[str, str | None] = {}
        for violation in violations(gold, context.schema, context.index.holders):  # errors first
            told.setdefault(violation.kind, violation.severity)
        plan = self._book.plan(*key)
        if plan is not None:
            features = SenseFeatures(Demand.of(state, context)).of(PlanParts(plan))
            told |= {"plan": None} | {name: None for name, value in features.items() if value}
        return told

    def _context(self, database_id: str) -> Context:
        if database_id not in self._contexts:
            database = self.dataset.open_database(database_id)
            context = Context(database.schema, database, ValueIndex.build(database))
            load_planner("").prepare(database)
            self._contexts[database_id] = context
        return self._contexts[database_id]


class _Answers:
    """The SQL of one turn under all rules, and without each that has a say in it."""

    def __init__(self, nodes: Mapping[Stage, Node], attempts: int, state: GraphState, context: Context) -> None:
        self._nodes, self._attempts, self._state, self._context = nodes, attempts, state, context
        settings = cast(Compact, nodes["plan_emission"])
        context = context_as_said(state, context, load_planner("").network)
        understanding = load_planner("").understand(state, context)
        self._weights, self._most = choice_weights()["plan"], settings.plans
        self._search = TurnSearch.of(state, context, understanding, width=settings.beam, readings=settings.readings)
        plans, held = self._ranked(())
        walked = self._walked(plans)
        self.all: dict[str, str] = {"": walked.sql or ""}
        """The answer without each rule that can change it, and under "" with all of them."""
        for rule in (name for name in RANKING if name in held):
            others, _ = self._ranked((rule,))
            self.all[rule] = self.all[""] if others == plans else self._walked(others).sql or ""
        erring: set[ViolationKind] = {
            v.kind for attempt in walked.attempts for v in attempt.violations if v.severity == "error"
        }
        for kind in erring:
            self.all[kind] = self._walked(plans, Sqlglot(off=(kind,))).sql or ""

    def _ranked(self, off: tuple[str, ...]) -> tuple[tuple[ScoredPlan, ...], set[str]]:
        """Return the best plans, and the features that any candidate has."""
        found = self._search.candidates(self._weights, off)
        best = distinct(ranking(found, self._weights))[: self._most]
        plans = tuple(ScoredPlan(plan=each.plan, score=score) for each, score in best)
        return plans, {name for each in found for name in each.features}

    def _walked(self, plans: tuple[ScoredPlan, ...], validator: Node | None = None) -> GraphState:
        """Return the turn after SQL and validation."""
        outputs: dict[Stage, Any] = {stage: getattr(self._state, FIELDS[stage]) for stage in UPSTREAM}
        outputs["plan_emission"] = plans
        given: dict[Stage, Node] = {stage: _Given(output) for stage, output in outputs.items()}
        nodes: dict[Stage, Node] = {**self._nodes, **given}
        if validator:
            nodes["schema_validation"] = validator
        state = self._state
        return asyncio.run(
            walk(
                nodes, self._context, max_attempts=self._attempts, turn_id=state.turn_id,
                history=state.history, utterance=state.utterance,
            )
        )  # fmt: skip


@dataclass
class _Found:
    """The counts so far."""

    golds: int = 0
    told: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])
    turns: int = 0
    right: int = 0
    changed: Counter[str] = field(default_factory=Counter[str])
    fixed: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    broken: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def gold(self, told: Mapping[str, str | None]) -> None:
        self.golds += 1
        self.told.update(list(told))
        erring = [kind for kind, severity in told.items() if severity == "error"]
        self.errors.update([*erring, *(["any"] if erring else [])])

    def answer(self, key: str, answers: Mapping[str, str], right: Mapping[str, bool]) -> None:
        with_all = right[answers[""]]
        self.turns += 1
        self.right += with_all
        for rule, sql in answers.items():
            self.changed[rule] += sql != answers[""]
            if right[sql] != with_all:
                (self.fixed if with_all else self.broken).setdefault(rule, []).append(key)

    def scores(self) -> RuleScores:
        weights = choice_weights()["plan"]
        heeded: dict[str, HeededBy] = {**dict.fromkeys(KINDS, "validator"), **dict.fromkeys(RANKING, "ranking")}
        return RuleScores(
            golds=self.golds, plans=self.told["plan"], errors=self.errors["any"], turns=self.turns, right=self.right,
            rules=tuple(
                RuleScore(
                    rule=rule, heeded_by=by, weight=weights.get(rule, 0.0) if by == "ranking" else None,
                    errors=self.errors[rule], told=self.told[rule], changed=self.changed[rule],
                    fixed=tuple(self.fixed.get(rule, ())), broken=tuple(self.broken.get(rule, ())),
                )
                for rule, by in heeded.items()
            ),
        )  # fmt: skip
