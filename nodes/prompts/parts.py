"""PromptParts: which parts the prompt for SQL has, and how many tokens each may take."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from value_index.models import FrozenModel


class PromptParts(FrozenModel):
    """The switches of the prompt; the defaults are the short prompt that the shipped figures were measured with.

    What a part would take beyond its budget is left out, the least useful first; the question is never cut.
    """

    samples: int = Field(default=0, ge=0, le=10)
    """Stored values shown of each column of text, and the range of each of numbers or dates; 0 for none."""
    sample_tokens: int = Field(default=600, ge=0)
    """Tokens that they may take together."""
    natural_names: bool = False
    """Whether a table or column is also shown by its natural name, where that has other words."""
    keys: Literal["arrows", "joins"] = "arrows"
    """How foreign keys are written: `a.x -> b.y`, or as the condition of a join, `a.x = b.y`."""
    history: Literal["text", "messages"] = "text"
    """Earlier turns as one numbered list, or as messages: each question the user's, its SQL the model's."""
    history_tokens: int | None = Field(default=None, ge=0)
    """Tokens of the earlier turns, the latest first; None for what the context has room for."""
    plan: Literal["first", "readings", "none"] = "first"
    """The planner's first plan as it stands, its best plans as readings with how likely they are, or none."""
    readings: int = Field(default=3, ge=1, le=10)
    """How many readings are shown at most."""
    reading_tokens: int = Field(default=500, ge=0)
    """Tokens that they may take together."""
    least_confidence: float = Field(default=0.0, ge=0, le=1)
    """No plan is shown where the planner is less sure of its first one."""
    links: bool = True
    """Whether the likely tables and columns are shown."""
    values: bool = True
    """Whether the values found for the words of the question are shown."""
    examples: str = ""
    """A file of worked questions, made by `turnsql data examples`; none are shown where empty."""
    shown_examples: int = Field(default=3, ge=1, le=10)
    """How many of them are shown, those most like the turn, the nearest last."""
    example_tokens: int = Field(default=600, ge=0)
    """Tokens that they may take together."""
    dialect: bool = False
    """Whether the rules of the engine (SQLite, PostgreSQL, MySQL) are told that models trained on other dialects get wrong."""
    task_last: bool = False
    """Whether the question and what to do stand once more at the end."""
    feedback: bool = False
    """Whether SQL that returns nothing, or nothing but NULL, goes back once with what each of its filters finds alone."""
