"""The commands of a chat that change the latest answer, or take its rows along."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from agent.chat import chat
from agent.config import Config
from agent.session import open_session
from nodes.node import Context


def talked(config: Config, context: Context, tmp_path: Path, *lines: str) -> str:
    """Return what a chat of some lines prints."""
    heard = io.StringIO()

    async def run() -> None:
        async with open_session(config, context, store=tmp_path / "kept.sqlite", thread="t") as session:
            await chat(session, iter(lines), Console(file=heard, width=120))

    asyncio.run(run())
    return heard.getvalue()


def test_filters_are_listed_and_taken_off(config: Config, context: Context, tmp_path: Path) -> None:
    told = talked(config, context, tmp_path, "dear", "dear lamps", "/filters", "/filters off 2", "/filters", "/history")
    assert "1  item.price > 20  (question 1)\n2  item.name = 'lamp'  (question 2)\n" in told
    assert told.endswith("2. dear lamps\nSELECT name FROM item WHERE price > 20\n")


def test_the_plan_is_shown_and_edited(config: Config, context: Context, tmp_path: Path) -> None:
    told = talked(config, context, tmp_path, "all", "/edit", "/edit order by price desc", "/edit LIMIT 1", "/sql")
    assert "select item.name\nfrom item\n" in told
    assert told.endswith("SELECT name FROM item ORDER BY price DESC LIMIT 1\n")


def test_another_reading_is_taken(config: Config, context: Context, tmp_path: Path) -> None:
    told = talked(config, context, tmp_path, "dear", "/readings", "/readings take 1", "/sql")
    assert "1  where item.price < 20\n" in told and told.endswith("SELECT name FROM item WHERE price < 20\n")


REFUSED = {
    "/edit colour red": "/edit needs a clause",
    "/edit where colour = 'red'": "'colour' is no column",
    "/edit select sum(price), name": "the plan cannot be answered",
    "/filters off": "/filters off NUMBER",
    "/filters off 3": "there is no filter 3: there are no filters in force",
    "/readings take 9": "there is no reading 9",
    "/export": "/export needs the name of a new file",
    "/export /nowhere/at/all.csv": "cannot write '/nowhere/at/all.csv'",
}


@pytest.mark.parametrize(("line", "told"), REFUSED.items())
def test_a_mistake_costs_a_line(config: Config, context: Context, tmp_path: Path, line: str, told: str) -> None:
    heard = talked(config, context, tmp_path, "all", line, "/sql")
    assert told in heard and heard.endswith("SELECT name FROM item\n")


def test_nothing_is_changed_before_a_question(config: Config, context: Context, tmp_path: Path) -> None:
    assert talked(config, context, tmp_path, "/edit limit 1", "/export x.csv").count("nothing was asked yet") == 2


def test_rows_are_exported_and_no_file_is_overwritten(config: Config, context: Context, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    told = talked(config, context, tmp_path, "all", f"/export {file}", f"/export {file}")
    assert file.read_bytes() == b'name\r\nlamp\r\nchair\r\n""\r\n'
    assert "3 rows written to" in told and "is there already" in " ".join(told.split())
