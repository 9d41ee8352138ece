"""Prompt parts: what each switch of the prompt for SQL costs in tokens, and what it is worth over the prompt without it.

    turnsql train prompt-parts runs/planner --tokenizer MODEL --out runs/parts --ask

Tokens need no model: the prompts are built from what a run of the planner recorded of each turn. With `--ask` the model is
asked every variation over the same turns, a run each, skipped where it is there and gone on with where it was interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from pydantic import Field, ValidationError

from eval.records import RunError, read_manifest, read_turns
from eval.runs.recorded_state import recorded_state
from eval.scoring.score import open_rows
from eval.table import ReportTable, figure
from nodes.node import Context
from nodes.prompts.parts import PromptParts
from nodes.prompts.sql_prompt import sql_prompt
from nodes.state import GraphState, Stage, Turn
from training.data.lengths import Counter, Lengths
from training.experiments.part_effects import PartEffect
from training.settings import Settings, TrainingError, read_settings
from value_index.errors import first_problem
from value_index.index import ValueIndex

BASE = "base"
COUNTED = ("part", "mean tokens", "more", "median", "95 % under", "most")
ASKED = ("SQL", "runs", "value", "fixed", "broken", "p")
SHOWN: tuple[Stage, ...] = ("dialogue_state_tracking", "schema_linking", "value_grounding", "plan_emission")
"""Stages whose recorded outputs a prompt may show."""


class PartsConfig(Settings):
    """What `turnsql train prompt-parts` measures; every field has its key in the TOML file."""

    agent: str
    """The configuration that asks, beside this file: its prompt is replaced."""
    dialogues: str
    """`A:B` of the official file: the turns that the model is asked."""
    base: PromptParts = PromptParts()
    """The prompt that every part is set against."""
    parts: dict[str, dict[str, Any]] = Field(min_length=1)
    """The switches over those of the base, by name."""

    def prompts(self, examples: Path | None = None) -> dict[str, PromptParts]:
        """Return the base and every variation of it, by name.

        Args:
            examples: a file of worked questions, which makes one variation more.

        Raises:
            TrainingError: a switch that there is not, or a value that it cannot have.
        """
        told = {**self.parts, **({"examples": {"examples": str(examples.resolve())}} if examples else {})}
        return {BASE: self.base, **{name: self._over(name, switches) for name, switches in told.items()}}

    def _over(self, name: str, switches: Mapping[str, Any]) -> PromptParts:
        try:
            return PromptParts.model_validate({**self.base.model_dump(), **switches})
        except ValidationError as error:
            raise TrainingError(f"part {name!r}: {first_problem(error)}") from error


def load_parts(path: Path) -> PartsConfig:
    """Read a TOML file.

    Raises:
        TrainingError: the file is missing, malformed or has an unknown key.
    """
    return read_settings(PartsConfig, path)


def prompt_tokens(
    planner: Path, prompts: Mapping[str, PromptParts], count: Counter, data: Path | None = None
) -> dict[str, tuple[int, ...]]:
    """Count the tokens of every turn's prompt, by the name of the variation.

    Args:
        planner: a run of the embedded planner with gold history.

    Raises:
        TurnSQLError: no such run, or other data.
    """
    found: dict[str, list[int]] = {name: [] for name in prompts}
    for state, context in _turns(planner, data):
        for name, parts in prompts.items():
            found[name].append(count(sql_prompt(state, context.schema, context.of_turn(state), parts).messages))
    return {name: tuple(lengths) for name, lengths in found.items()}


def _turns(planner: Path, data: Path | None) -> Iterator[tuple[GraphState, Context]]:
    manifest = read_manifest(planner)
    if manifest.history != "gold":
        raise RunError(f"{planner} has {manifest.history} history: prompts are counted on gold history")
    dataset, contexts = open_rows(manifest, data), dict[str, Context]()
    for record in read_turns(planner):
        row = dataset.by_index[record.dialogue]
        if row.database_id not in contexts:
            database = dataset.open_database(row.database_id)
            contexts[row.database_id] = Context(database.schema, database, ValueIndex.build(database))
        before = tuple(Turn(utterance=each.utterance, sql=each.query) for each in row.turns[: record.turn])
        yield recorded_state(record, before, SHOWN), contexts[row.database_id]
    dataset.close()


def parts_table(
    tokens: Mapping[str, Sequence[int]], counted_by: str, effects: Mapping[str, PartEffect] | None = None
) -> ReportTable:
    """Lay out a row a variation: its tokens, and where a model was asked what it is worth, paired with the base."""
    base, asked = fmean(tokens[BASE]), ASKED if effects else ()
    rows = [(name, *_lengths(tokens[name], base), *(_worth(effects[name]) if effects else ())) for name in tokens]
    note = f"Tokens of {len(tokens[BASE]):,} prompts, counted by {counted_by}, and how many more than the base has."
    if effects:
        note += (
            f" The first answers to {effects[BASE].found.turns:,} turns: shares that hold SQL, that run, whose rows are "
            "gold's; fixed, broken and p (Holm over the rows) against the base."
        )
    return ReportTable("Parts of the prompt", (*COUNTED, *asked), tuple(rows), note)


def _lengths(found: Sequence[int], base: float) -> tuple[str, ...]:
    told, average = Lengths.of(found, 0, ""), fmean(found)
    return (f"{average:,.0f}", f"{average - base:+,.0f}", f"{told.median:,}", f"{told.p95:,}", f"{told.most:,}")


def _worth(effect: PartEffect) -> tuple[str, ...]:
    shares = (figure(effect.sql), figure(effect.runs), figure(effect.found.second))
    if effect.p_adjusted is None:
        return (*shares, "–", "–", "–")
    return (*shares, f"+{effect.found.fixed}", f"-{effect.found.broken}", figure(effect.p_adjusted))
