"""The commands of a chat that change the latest answer, or take its rows along."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from agent.answer import Answer
from agent.revision.plan_of_turn import RevisionError, plan_to_revise
from agent.revision.revise import filters, other_readings, revise, take, without
from agent.session import Session
from nodes.plan.render import plan_lines
from nodes.sql.clauses import CLAUSES, ClauseName, with_clause
from nodes.sql.errors import SQLError
from value_index.errors import TurnSQLError, reason
from value_index.files.printable import printable
from value_index.render import csv_text


async def edit(session: Session, words: str, console: Console) -> Answer | None:
    """Answer again with one clause of the plan written anew (`order by price desc`); without words, show the plan.

    Raises:
        RevisionError: it names no clause, the clause does not parse, or the plan cannot be answered.
    """
    plan = plan_to_revise(session.state, session.context)
    if not words:
        _list(console, plan_lines(plan))
        return None
    said = f"{' '.join(words.split()).lower()} "
    clause: ClauseName | None = next((name for name in CLAUSES if said.startswith(f"{name} ")), None)
    if clause is None:
        raise RevisionError(f"/edit needs a clause and what it shall say: {', '.join(CLAUSES)}")
    text = words.split(maxsplit=len(clause.split()))[len(clause.split()) :]
    try:
        changed = with_clause(plan, clause, text[0] if text else "", session.context.schema)
    except SQLError as error:
        raise RevisionError(str(error)) from error
    return await revise(session, changed)


async def filters_command(session: Session, words: str, console: Console) -> Answer | None:
    """Show the filters in force, or answer again without one of them (`off 2`).

    Raises:
        RevisionError: there is no such filter.
    """
    if words:
        return await without(session, _place(words, "off", "/filters"))
    lines = [f"{each.text}  (question {each.from_turn})" for each in filters(session)]
    _list(console, [f"{number}  {line}" for number, line in enumerate(lines, start=1)] or ["no filter is in force"])
    return None


async def readings_command(session: Session, words: str, console: Console) -> Answer | None:
    """Show the other readings of the question, or answer again by one of them (`take 1`).

    Raises:
        RevisionError: there is no such reading.
    """
    if words:
        return await take(session, _place(words, "take", "/readings"))
    lines = [each.text for each in await other_readings(session)]
    _list(console, [f"{number}  {line}" for number, line in enumerate(lines, start=1)] or ["no other reading"])
    return None


async def export(session: Session, words: str, console: Console) -> None:
    """Write the rows of the latest answer to a new CSV file.

    Raises:
        TurnSQLError: there are no rows, or the file cannot be written.
    """
    if not words:
        raise TurnSQLError("/export needs the name of a new file: /export rows.csv")
    latest = await session.latest()
    if latest is None or latest.result is None or not latest.result.ok:
        raise TurnSQLError("the latest answer has no rows")
    path = Path(words).expanduser()
    try:
        with path.open("x", encoding="utf-8", errors="replace", newline="") as file:
            file.write(csv_text(latest.result))
    except FileExistsError as error:
        raise TurnSQLError(f"{str(path)!r} is there already: give a new name") from error
    except (OSError, ValueError) as error:
        raise TurnSQLError(f"cannot write {str(path)!r}: {reason(error)}") from error
    cut = f" ({latest.result.message})" if latest.result.outcome == "truncated" else ""
    _list(console, [f"{len(latest.result.rows):,} rows written to {path}{cut}"])


def _place(words: str, verb: str, command: str) -> int:
    """Return the index that `off 2` names."""
    word, _, number = words.partition(" ")
    if word != verb or not number.strip().isdecimal():
        raise RevisionError(f"{command} alone lists them; {command} {verb} NUMBER changes the answer")
    return int(number) - 1


def _list(console: Console, lines: list[str]) -> None:
    for line in lines:
        console.print(Text(printable(line)))
