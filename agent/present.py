"""An answer on a terminal: the rows, the SQL, and on request what every stage gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from agent.answer import Answer
from nodes.plan.render import constraint_text, literal_text, plan_lines
from nodes.state import STAGES, GraphState, GroundedValue, ScoredPlan, Stage, Violation
from value_index.files.printable import printable
from value_index.render import rows_table

ROWS_SHOWN = 20
LINKS_SHOWN = 8
PLANS_SHOWN = 3
UNSURE = 0.5
"""An answer of less confidence is marked."""


def show_answer(console: Console, answer: Answer, *, explain: bool = False) -> None:
    """Print the stages where asked for, then the SQL, the rows (capped, and the cap stated) and the warnings."""
    if explain:
        show_stages(console, answer.state)
        _show_knowledge(console, answer)
    if told := answer.state.no_question:
        console.print(_text(told.message, style="yellow"))
        return
    if answer.result is None:
        console.print(Text("No SQL was written for this question.", style="yellow"))
        return
    show_sql(console, answer.state.sql or "")
    if answer.result.ok:
        console.print(rows_table(answer.result, max_rows=ROWS_SHOWN))
    console.print(_text(_count(answer), style="dim" if answer.result.ok else "red"))
    if answer.confidence is not None and answer.confidence < UNSURE:
        console.print(Text(f"not sure of this: {answer.confidence:.0%}", style="yellow"))
    if answer.seen and answer.seen.again:
        console.print(Text("this is the query of the turn before", style="yellow"))
    if answer.unused:
        console.print(_text(f"not used: {', '.join(answer.unused)}", style="yellow"))
    if answer.other_reading:
        console.print(_text(f"or else, with other rows: {answer.other_reading.difference}", style="yellow"))
    for violation in answer.violations:
        console.print(_violation(violation))


def show_sql(console: Console, sql: str) -> None:
    """Print SQL, coloured where the terminal has colours, and never cut."""
    console.print(Syntax(printable(sql), "sql", word_wrap=True, background_color="default", theme="ansi_dark"))


def show_stages(console: Console, state: GraphState) -> None:
    """Print each stage that ran: its variant, its time, and its output in words."""
    for stage in STAGES:
        runs = [run for run in state.trace if run.stage == stage]
        if not runs:
            continue
        again = f", ran {len(runs)} times" if len(runs) > 1 else ""
        heading = f" ({runs[-1].variant}, {sum(run.ms for run in runs):.1f} ms{again})"
        console.print(Text.assemble((stage, "bold cyan"), (heading, "dim")))
        for line in stage_lines(stage, state):
            console.print(Padding(_text(line), (0, 0, 0, 4), expand=False))


def _show_knowledge(console: Console, answer: Answer) -> None:
    """Print what of the knowledge the question speaks of; nothing where there is none."""
    if answer.knowledge is None:
        return
    console.print(Text("knowledge", "bold cyan"))
    for line in answer.knowledge or ("nothing of it is spoken of",):
        console.print(Padding(_text(line), (0, 0, 0, 4), expand=False))


def stage_lines(stage: Stage, state: GraphState) -> list[str]:
    """Return what a stage gave, as lines for a reader."""
    writers: dict[Stage, Callable[[GraphState], Iterable[str]]] = {
        "dialogue_state_tracking": _dialogue_state,
        "schema_linking": _links,
        "value_grounding": _values,
        "plan_emission": _plans,
        "sql_generation": _generated,
        "schema_validation": _attempts,
    }
    return list(writers[stage](state))


def _text(text: str, style: str = "") -> Text:
    """Return a text that a terminal takes for nothing else, whatever a database or a model put into it."""
    return Text(printable(text), style=style)


def _generated(state: GraphState) -> Iterator[str]:
    yield state.sql or "(no SQL)"
    choice = next((run.choice for run in state.trace if run.choice), None)
    if choice is None:
        yield from _unasked(state)
        return
    yield f"chosen: {choice.reason}"
    for group in sorted(choice.groups, key=lambda group: -group.probability):
        rows = "does not run" if group.rows is None else f"{group.rows} rows"
        yield f"  {group.probability:.2f}  {', '.join(group.sources)} ({rows}): {group.sql}"
    asked = any(run.calls for run in state.trace if run.stage == "sql_generation")
    if asked and not any(source.startswith("model") for group in choice.groups for source in group.sources):
        yield "the model was asked, and what it answered holds no SQL"


def _unasked(state: GraphState) -> Iterator[str]:
    """Yield a line where a node that asks a model left it to the planner."""
    runs = [run for run in state.trace if run.stage == "sql_generation" and run.variant in ("candidates", "llm")]
    sure = state.plans[0].confidence if state.plans else None
    if runs and sure is not None and not any(run.calls for run in runs):
        yield f"the model was not asked: the planner is sure enough of its first plan ({sure:.2f}), or its plans agree"


def _dialogue_state(state: GraphState) -> Iterator[str]:
    found = state.dialogue_state
    if found is None:
        return
    yield f"question: {found.question}"
    for name, constraints in (("kept", found.kept), ("added", found.added), ("dropped", found.dropped)):
        if constraints:
            yield f"{name}: {'; '.join(map(constraint_text, constraints))}"


def _links(state: GraphState) -> Iterator[str]:
    found = state.schema_links
    if found is None:
        return
    yield _ranked("tables", [(link.table, link.score) for link in found.tables])
    yield _ranked("columns", [(str(link.column), link.score) for link in found.columns])


def _ranked(name: str, links: list[tuple[str, float]]) -> str:
    shown = ", ".join(f"{label} {score:.2f}" for label, score in links[:LINKS_SHOWN])
    hidden = len(links) - LINKS_SHOWN
    return f"{name}: {shown or 'none'}{f', and {hidden} more' if hidden > 0 else ''}"


def _values(state: GraphState) -> list[str]:
    return [_value(value) for value in state.grounded_values or ()] or ["no values"]


def _value(value: GroundedValue) -> str:
    via = f" through {value.via}" if value.via else ""
    found = f"{value.column} {value.operator} {literal_text(value.value)}"
    return f"{value.mention!r} -> {found} ({value.provenance}{via}, score {value.score:.2f}, lead {value.margin:.2f})"


def _plans(state: GraphState) -> Iterator[str]:
    plans = state.plans or ()
    for rank, scored in enumerate(plans[:PLANS_SHOWN], start=1):
        yield _plan_heading(rank, scored)
        yield from (f"  {line}" for line in plan_lines(scored.plan))
    if len(plans) > PLANS_SHOWN:
        yield f"and {len(plans) - PLANS_SHOWN} more"


def _plan_heading(rank: int, scored: ScoredPlan) -> str:
    confidence = "" if scored.confidence is None else f", confidence {scored.confidence:.2f}"
    return f"plan {rank}, score {scored.score:.2f}{confidence}"


def _attempts(state: GraphState) -> Iterator[str]:
    for number, attempt in enumerate(state.attempts, start=1):
        verdict = "in error" if attempt.failed else "accepted"
        yield f"attempt {number}: {verdict}"
        yield from (f"  {_violation(violation)}" for violation in attempt.violations)


def _violation(violation: Violation) -> Text:
    style = "red" if violation.severity == "error" else "yellow"
    return _text(f"{violation.severity}: {violation.message} [{violation.kind}]", style=style)


def _count(answer: Answer) -> str:
    result = answer.result
    assert result is not None
    if not result.ok:
        return f"{result.outcome}: {result.message}"
    rows = len(result.rows)
    counted = f"{rows} row" if rows == 1 else f"{rows:,} rows"
    shown = f", the first {ROWS_SHOWN} shown" if rows > ROWS_SHOWN else ""
    return f"{counted}{shown}{f' ({result.message})' if result.outcome == 'truncated' else ''}"
