"""BIRD-Interact's tasks as typed records: an ambiguous request, its clear reading, a follow-up, and the gold that is mailed apart.

The benchmark that the project aims at. It is measured on, never trained on. The spellings of some fields are read from
code alone, never confirmed by a record, so each of them is read under all the names that it may have.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

Category = Literal["Query", "Management"]
Kind = Literal["full", "lite", "mini"]
PATIENCE = 3
"""Questions that a user answers beyond one for each ambiguity."""


def _texts(value: Any) -> Any:
    """Read one text, a list of texts or nothing as a list."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, (str, int)) else value


def _parts(value: Any) -> Any:
    """Read a list of parts in which a lone text stands for its term."""
    return [{"term": part} if isinstance(part, str) else part for part in value or ()]


def _none_if_empty(value: Any) -> Any:
    return value or None


def _category(value: Any) -> Any:
    return value.strip().title() if isinstance(value, str) and value.strip() else "Query"


Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]
Ids = Annotated[tuple[int | str, ...], BeforeValidator(_texts)]
CategoryField = Annotated[Category, BeforeValidator(_category)]


class _Part(BaseModel):
    """A part of a task; fields that we do not read are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Ambiguity(_Part):
    """A term of the request that can be read in several ways."""

    term: str = Field(default="", validation_alias=AliasChoices("term", "ambiguity_term", "ambiguous_term"))
    sql_snippet: str = Field(default="", validation_alias=AliasChoices("sql_snippet", "sql_segment", "snippet"))
    """What resolves it: gold, seen by the user simulator only."""
    ambiguity_type: str = Field(default="", validation_alias=AliasChoices("ambiguity_type", "type"))
    meaning: str = ""
    """What the user says when asked: of our own tasks only, where official ones have the snippet alone."""
    is_mask: bool = Field(default=False, validation_alias=AliasChoices("is_mask", "mask"))


Ambiguities = Annotated[tuple[Ambiguity, ...], BeforeValidator(_parts)]


class QueryAmbiguity(_Part):
    """The marked ambiguities of a request."""

    critical_ambiguity: Ambiguities = ()
    non_critical_ambiguity: Ambiguities = ()


class KnowledgeAmbiguity(Ambiguity):
    """A term whose knowledge entries the task hides from the agent."""

    deleted_knowledge: Ids = Field(
        default=(), validation_alias=AliasChoices("deleted_knowledge", "deleted_knowledge_id")
    )
    """The ids of the hidden entries."""


class Conditions(_Part):
    """How two results are compared; the judge heeds `order` alone."""

    order: bool = False
    distinct: bool = False
    decimal: int | None = None


ConditionsField = Annotated[Conditions, BeforeValidator(lambda value: value or {})]


class Gold(_Part):
    """What a phase is judged by; empty in the public release."""

    sol_sql: Texts = ()
    test_cases: Texts = ()
    external_knowledge: Ids = ()


class Phase(Gold):
    """One request of a task with what it is judged by."""

    category: CategoryField = "Query"
    conditions: ConditionsField = Conditions()


class FollowUp(Phase):
    """The second phase of a task."""

    query: str


class Task(Phase):
    """One task; its gold is empty where the authors' mailed file was not merged in."""

    instance_id: str
    selected_database: str
    amb_user_query: str
    """What the agent sees."""
    query: str = ""
    """The unambiguous request, hidden from the agent."""
    user_query_ambiguity: Annotated[QueryAmbiguity, BeforeValidator(lambda value: value or {})] = QueryAmbiguity()
    knowledge_ambiguity: Annotated[tuple[KnowledgeAmbiguity, ...], BeforeValidator(_parts)] = ()
    non_critical_ambiguity: Ambiguities = ()
    preprocess_sql: Texts = ()
    clean_up_sql: Texts = Field(default=(), validation_alias=AliasChoices("clean_up_sql", "clean_up_sqls"))
    difficulty_tier: str = ""
    follow_up: Annotated[FollowUp | None, BeforeValidator(_none_if_empty)] = None
    record: dict[str, Any] = Field(default_factory=dict, exclude=True, repr=False)
    """The record as it was read, gold merged in: what the official services take. Never shown to the agent."""

    @property
    def ambiguities(self) -> int:
        """How many clarifications the benchmark counts as due (its m_amb)."""
        return len(self.user_query_ambiguity.critical_ambiguity) + len(self.knowledge_ambiguity)

    @property
    def max_turns(self) -> int:
        """How many questions may be asked where the conversation is fixed (c-Interact)."""
        return self.ambiguities + PATIENCE

    def budget(self, patience: float = 2.0 * PATIENCE) -> float:
        """Return the coins of an agent (a-Interact)."""
        return 6.0 + 2.0 * self.ambiguities + patience

    @property
    def hidden_knowledge(self) -> frozenset[str]:
        """Ids of the knowledge entries that the agent must not see."""
        return frozenset(str(key) for each in self.knowledge_ambiguity for key in each.deleted_knowledge)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The request, and its follow-up if it has one."""
        return (self,) if self.follow_up is None else (self, self.follow_up)

    @property
    def is_judgeable(self) -> bool:
        """Whether every phase has a gold."""
        return all(phase.sol_sql for phase in self.phases)
