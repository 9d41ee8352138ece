"""The Python API: five lines of a notebook, and what they display."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from agent.notebook.answer import Answer
from agent.notebook.session import OpenedDatabase, Session, open_database
from agent.revision.plan_of_turn import RevisionError
from tests.agent.conftest import ROOT
from value_index.errors import TurnSQLError

FIVE_LINES = """
from turnsql import Session, open_database
shop = open_database("shop.sqlite")
talk = Session(shop)
talk.ask("List the names of the items.")
talk.ask("Only those with a price over 20.")
"""
HOSTILE = "<script>alert(1)</script>"
LEXICAL = ROOT / "configs" / "lexical.toml"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL)")
        rows = [("lamp", 20.5), ("chair", 49.0), (None, 3.25), (HOSTILE, 1.0)]
        connection.executemany("INSERT INTO item (name, price) VALUES (?, ?)", rows)
    connection.close()
    return path


@pytest.fixture
def talk(shop: Path) -> Generator[Session]:
    with Session(open_database(shop), config=LEXICAL) as session:
        yield session


def run_cell(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_five_lines_answer_and_the_process_ends(shop: Path) -> None:
    *lines, last = FIVE_LINES.strip().splitlines()
    done = run_cell("\n".join([*lines, f"print({last})"]), shop.parent)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout.startswith("SELECT name FROM item WHERE price > 20\n") and "2 rows" in done.stdout


@pytest.mark.skipif(not importlib.util.find_spec("nbclient"), reason="nbclient is not installed")
def test_five_lines_as_cells_of_a_notebook(shop: Path) -> None:
    import nbformat  # pyright: ignore[reportMissingImports]
    from nbclient import NotebookClient  # pyright: ignore[reportMissingImports]

    lines = [f"import sys; sys.path.insert(0, {str(ROOT)!r})", *FIVE_LINES.strip().splitlines()]
    cells = [nbformat.v4.new_code_cell(line) for line in lines]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, resources={"metadata": {"path": str(shop.parent)}}).execute()
    (shown,) = notebook.cells[-1].outputs
    assert "<td>chair</td>" in shown["data"]["text/html"] and "2 rows" in shown["data"]["text/plain"]


def test_a_running_loop_is_no_hindrance(shop: Path) -> None:
    async def cell() -> Answer:
        with Session(shop, config=LEXICAL) as session:
            return session.ask("List the names of the items.")

    assert len(asyncio.run(cell())) == 4


def test_an_answer_displays_as_a_table_and_nothing_of_it_is_markup(talk: Session) -> None:
    html = talk.ask("List the names of the items.")._repr_html_()
    assert "<pre>SELECT name FROM item</pre>" in html and "<td>lamp</td>" in html and "<i>NULL</i>" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "<script" not in html
    assert "<th>name</th>" in html and "4 rows" in html


def test_an_answer_is_its_rows(talk: Session) -> None:
    answer = talk.ask("List the names of the items.")
    assert answer and answer.columns == ("name",) and list(answer)[:2] == [("lamp",), ("chair",)] and len(answer) == 4
    assert answer.records()[0] == {"name": "lamp"} and answer.message == "" and answer.plan is not None
    assert "│ lamp" in repr(answer) and answer.question == "List the names of the items."


def test_a_notebook_shows_an_answer_once(talk: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert "│ lamp" in repr(talk.ask("List the names of the items."))


def test_an_answer_is_changed(talk: Session) -> None:
    talk.ask("List the names of the items.")
    dear = talk.edit(where="price > 10", order_by="price DESC")
    assert list(dear) == [("chair",), ("lamp",)]
    assert [each.text for each in dear.filters] == ["item.price > 10"]
    assert list(talk.edit(limit="1")) == [("chair",)] and len(talk.without(0)) == 1
    assert list(talk.edit(dear.plan)) == [("chair",), ("lamp",)]
    latest = talk.latest
    assert latest is not None and list(latest) == list(dear) and len(talk.turns) == 1
    talk.undo()
    assert talk.turns == () and talk.latest is None


def test_a_mistake_is_an_error_of_one_line(talk: Session, tmp_path: Path) -> None:
    with pytest.raises(RevisionError, match="ask a question first"):
        talk.edit(limit="1")
    talk.ask("List the names of the items.")
    with pytest.raises(RevisionError, match="no clause 'colour'"):
        talk.edit(colour="red")
    with pytest.raises(RevisionError, match="'colour' is no column"):
        talk.edit(where="colour = 'red'")
    with pytest.raises(TurnSQLError, match="question is empty"):
        talk.ask(" ")
    with pytest.raises(TurnSQLError, match=r"^[^\n]+$"):
        open_database(tmp_path / "nowhere.sqlite")


def test_a_named_conversation_is_continued(shop: Path, tmp_path: Path) -> None:
    place = {"thread": "names", "store": tmp_path / "kept.sqlite", "config": LEXICAL}
    with Session(shop, **place) as first:
        first.ask("List the names of the items.")
    with Session(shop, **place) as second:
        assert [turn.utterance for turn in second.turns] == ["List the names of the items."]


def test_a_database_is_only_read(shop: Path) -> None:
    opened: OpenedDatabase = open_database(shop)
    assert opened.sql("SELECT count(*) FROM item").rows == ((4,),)
    assert opened.sql("DELETE FROM item").outcome == "refused"
    assert opened.lookup("the lamp")[0].value == "lamp" and "item" in repr(opened)


def test_the_command_loads_nothing_of_the_api() -> None:
    code = "import turnsql, json, sys; print(json.dumps([name for name in sys.modules if name.startswith('agent.')]))"
    done = run_cell(code, ROOT)
    assert "agent.notebook.session" not in json.loads(done.stdout)
