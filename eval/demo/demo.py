"""The demo: the main job on the project's own data, from databases to report."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from agent.present import show_sql
from eval.demo.behaviours import answer_behaviours, behaviour_table
from eval.demo.build import DEMO_DATA, build
from eval.report.build import write_report
from eval.report.inputs import Inputs
from eval.report.run_view import (
    Mark,
    RunView,
    TurnView,
    gather,
)
from eval.report.stage_texts import stage_texts
from eval.report.tables import answer_table, node_table, plan_table
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from value_index.render import rows_table

SHOWN_DIALOGUE = 0
"""The dialogue printed in full: airlines to Boston, then only the French ones."""
ROWS_SHOWN = 5
_STYLES: dict[Mark, str] = {"right": "green", "wrong": "red", "unscored": "yellow", "not run": "red"}


def demo(console: Console, out: Path) -> int:
    """Build the data, answer every turn, score, and show: tables, one dialogue, the report's path.

    Returns:
        How many turns were not run.
    """
    databases = build()
    console.print(f"Answering the dialogues over {', '.join(path.stem for path in databases)}.", style="dim")
    run(RunOptions(data=DEMO_DATA, out=out))
    score(out)
    view = gather(out)
    show_dialogue(console, view, SHOWN_DIALOGUE)
    for table in (node_table(view), plan_table(view), answer_table([view])):
        console.print(table.rich())
        console.print()
    console.print(behaviour_table(answer_behaviours(databases, out)).rich())
    console.print()
    page, _ = write_report(Inputs((view,)), out)
    console.print(f"Report: {page.resolve()}", soft_wrap=True)
    return view.summary.not_run


def show_dialogue(console: Console, run: RunView, index: int) -> None:
    """Print a dialogue with every stage's output, the answer and its verdict."""
    for turn in dict(run.dialogues)[index]:
        _show_turn(console, run, turn)


def _show_turn(console: Console, run: RunView, turn: TurnView) -> None:
    console.rule(Text.assemble(f"turn {turn.record.turn + 1}: ", (turn.record.utterance, "bold")), align="left")
    for stage in stage_texts(turn):
        console.print(Text.assemble((stage.stage, "bold cyan"), (f" ({stage.variant}, {stage.ms:.1f} ms)", "dim")))
        for line in stage.lines:
            console.print(Padding(Text(line), (0, 0, 0, 4), expand=False))
    console.print()
    if turn.record.sql:
        show_sql(console, turn.record.sql)
        _show_rows(console, run, turn)
    console.print(Text(f"{turn.mark} by the value verdict", style=_STYLES[turn.mark]))
    if turn.mark == "wrong" and turn.gold_sql:
        console.print(Text("gold:", style="dim"))
        show_sql(console, turn.gold_sql)
    console.print()


def _show_rows(console: Console, run: RunView, turn: TurnView) -> None:
    assert run.dataset, "the demo's data is in the checkout"
    result = run.dataset.open_database(turn.record.database_id).execute(turn.record.sql)
    console.print(rows_table(result, max_rows=ROWS_SHOWN) if result.ok else Text(result.message, style="red"))
