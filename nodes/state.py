"""The words that the six stages share: what one stage gives and the next receives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from nodes.plan import Operator, Plan
from nodes.plan.constraints import Constraint, Scalar
from value_index.matches import Provenance
from value_index.models import FrozenModel
from value_index.schema import ColumnRef

Stage = Literal[
    "dialogue_state_tracking",
    "schema_linking",
    "value_grounding",
    "plan_emission",
    "sql_generation",
    "schema_validation",
]
STAGES: tuple[Stage, ...] = (
    "dialogue_state_tracking",
    "schema_linking",
    "value_grounding",
    "plan_emission",
    "sql_generation",
    "schema_validation",
)

ViolationKind = Literal[
    "syntax", "unknown_table", "unknown_column", "ambiguous", "wrong_table", "type_mismatch", "bare_column",
    "join_off_key", "fan_out", "always_empty", "repeated_condition", "key_arithmetic", "unrelated_keys",
    "foreign_value",
]  # fmt: skip
Severity = Literal["error", "warning"]
ReplyOutcome = Literal["complete", "truncated", "empty", "refused", "malformed", "misshapen"]
"""How a language model's answer ended; malformed is no JSON, misshapen is JSON of another shape than was asked for."""


class StateModel(FrozenModel):
    """A frozen message between stages; unknown fields are refused."""


class Turn(StateModel):
    """A past turn: what was asked, and the SQL that answered it ("" where none did)."""

    utterance: str
    sql: str


class Dialogue(StateModel):
    """A conversation over one database, as far as it has gone."""

    database_id: str
    turns: tuple[Turn, ...] = ()


class DialogueState(StateModel):
    """What the conversation means at this turn."""

    question: str
    """The utterance made self-contained; the utterance itself where nothing had to be resolved."""
    kept: tuple[Constraint, ...] = ()
    """Constraints of the previous turn still in force."""
    added: tuple[Constraint, ...] = ()
    """Constraints that this utterance brings."""
    dropped: tuple[Constraint, ...] = ()
    """Constraints of the previous turn no longer in force."""


class TableLink(StateModel):
    """A table the question needs, with the linker's score in 0..1."""

    table: str
    score: float


class ColumnLink(StateModel):
    """A column the question needs, with the linker's score in 0..1."""

    column: ColumnRef
    score: float


class SchemaLinks(StateModel):
    """The part of the schema handed on, best first."""

    tables: tuple[TableLink, ...] = ()
    columns: tuple[ColumnLink, ...] = ()


class GroundedValue(StateModel):
    """A mention of the question, tied to a value that the database stores."""

    mention: str
    """The words of the utterance."""
    column: ColumnRef
    """The column to compare."""
    value: Scalar
    """The value as stored."""
    operator: Operator = "="
    """Hint from the words around the mention."""
    score: float
    """0..1."""
    runner_up: float | None = None
    """Score of the next best column or value for the same mention; None if there is none."""
    provenance: Provenance = "exact"
    via: ColumnRef | None = None
    """The display column that the mention matched, whose row gives the value of `column` (`via_row`)."""

    @property
    def margin(self) -> float:
        """How far the best reading leads the next."""
        return self.score - (self.runner_up or 0.0)


class ScoredPlan(StateModel):
    """A plan with its score; of several, the best comes first."""

    plan: Plan
    score: float
    """Comparable within one turn."""
    confidence: float | None = None
    """Calibrated probability that the plan is right; None from a node that gives none."""


class Violation(StateModel):
    """Something wrong, or doubtful, in a SQL text."""

    kind: ViolationKind
    severity: Severity
    message: str
    """One line that names the thing and what to do."""
    subject: str = ""
    """The identifier at fault, as written."""
    suggestion: str = ""
    """The nearest valid identifier, where there is one."""


class Attempt(StateModel):
    """One SQL text and what the validator found in it."""

    sql: str
    violations: tuple[Violation, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a violation asks for another attempt."""
        return any(violation.severity == "error" for violation in self.violations)


class Usage(StateModel):
    """What an answer took."""

    prompt_tokens: int = Field(default=0, ge=0)
    cached_tokens: int = Field(default=0, ge=0)
    """The tokens of the prompt that were read from the server's prefix cache."""
    completion_tokens: int = Field(default=0, ge=0)
    """Reasoning included."""
    seconds: float = Field(default=0.0, ge=0)
    """Wall clock of the call, its retries included."""
    price: float | None = None
    """The price in the currency of the endpoint's prices; None if they are unknown."""
    server: str = ""
    """Address of the server that answered, where the endpoint has several."""


class ModelCall(StateModel):
    """One answer of a language model to a node."""

    outcome: ReplyOutcome
    usage: Usage


NoQuestionKind = Literal["change_order", "small_talk", "other_language", "off_topic"]
"""An order to change data, a greeting or thanks, another language, something that the database does not hold."""


class NoQuestion(StateModel):
    """What an utterance is, if it is no question about the database."""

    kind: NoQuestionKind
    message: str
    """One line for the user."""


class CandidateGroup(StateModel):
    """SQL texts of one turn that return equal rows."""

    sql: str
    """The text that stands for them."""
    sources: tuple[str, ...]
    """Who offers it: `plan 1`, `plan 2`, ..., `model`, `model 2`, ... for its sampled answers, `model, asked again`."""
    rows: int | None
    """How many rows they return; None if they do not run."""
    probability: float = 0.0
    """How likely the choice takes them to be right, among the groups of the turn."""
    logprob: float | None = None
    """What the model gave the number of this candidate, where it chose and its endpoint tells."""


class Choice(StateModel):
    """What was gathered for a turn, and what was chosen."""

    chosen: int
    """Place of the chosen group."""
    reason: str
    groups: tuple[CandidateGroup, ...]


Clause = Literal["", "columns", "order", "limit"]
"""Parts of a result that a user may be asked about."""


class Asked(StateModel):
    """A question that the user was asked in the turn, and the answer."""

    question: str
    about: str = ""
    """Words of the request that the question was about; "" if readings were to be chosen from."""
    clause: Clause = ""
    """The part of the result that it was about: its columns, how it is sorted, or how many rows it has."""
    reply: str


class StageTrace(StateModel):
    """One run of one stage."""

    stage: Stage
    variant: str
    ms: float = Field(ge=0)
    calls: tuple[ModelCall, ...] = ()
    """The language model's answers, where the node asked one."""
    choice: Choice | None = None
    """What the node chose from, where it gathered candidates."""


class GraphState(StateModel):
    """Everything the graph knows of one turn. No field can hold the gold of the turn."""

    turn_id: str
    database_id: str
    history: tuple[Turn, ...] = ()
    utterance: str
    no_question: NoQuestion | None = None
    """What the utterance is in place of a question; no stage runs then."""
    dialogue_state: DialogueState | None = None
    schema_links: SchemaLinks | None = None
    grounded_values: tuple[GroundedValue, ...] | None = None
    plans: tuple[ScoredPlan, ...] | None = None
    plan_given: bool = False
    """Whether a person gave the first plan: the stages before the SQL did not run again, and it is written as it is."""
    sql: str | None = None
    """The latest SQL written."""
    attempts: tuple[Attempt, ...] = ()
    """Every SQL that went through the validator, in order."""
    asked: tuple[Asked, ...] = ()
    """What the user was asked before the answer."""
    trace: tuple[StageTrace, ...] = ()
    """Which stages ran, in order, with their times."""

    @property
    def previous(self) -> Turn | None:
        """The turn before this one; None at the start."""
        return self.history[-1] if self.history else None
