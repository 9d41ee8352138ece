"""A small library database, and a conversation about it answered by the lexical stages alone."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from nodes.dialogue_state_tracking import Lexical as LexicalDialogueState
from nodes.node import Context
from nodes.plan_emission import Lexical as LexicalPlans
from nodes.schema_linking import Lexical as LexicalLinks
from nodes.sql.from_plan import from_plan
from nodes.state import GraphState, Turn
from nodes.value_grounding import Fuzzy
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex

SCRIPT = """
CREATE TABLE author (author_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, nationality TEXT, age INTEGER);
CREATE TABLE book (
    book_id INTEGER PRIMARY KEY, title TEXT, genre TEXT, pages INTEGER, year INTEGER, author_id INTEGER,
    FOREIGN KEY (author_id) REFERENCES author (author_id));
CREATE TABLE loan (
    loan_id INTEGER PRIMARY KEY, book_id INTEGER, reader_name TEXT, loan_date TEXT,
    FOREIGN KEY (book_id) REFERENCES book (book_id));
INSERT INTO author VALUES (1, 'Ada', 'Marsh', 'Irish', 44), (2, 'Bo', 'Lindqvist', 'Swedish', 61), (3, 'Cy', 'Okoro', 'Nigerian', 38);
INSERT INTO book VALUES
    (1, 'Salt Roads', 'Travel', 310, 1999, 1), (2, 'The Quiet Mill', 'Mystery', 224, 2005, 2),
    (3, 'Northern Lamps', 'Mystery', 410, 2011, 2), (4, 'Harbour Rain', 'Poetry', 96, 2016, 3);
INSERT INTO loan VALUES (1, 2, 'Ines', '2020-01-02'), (2, 2, 'Otto', '2020-02-03'), (3, 4, 'Ines', '2020-03-04');
"""


def library(folder: Path) -> Context:
    """Make the database in a folder, and index its values."""
    path = folder / "library.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(SCRIPT)
    connection.close()
    database = SQLiteDatabase.open(path)
    return Context(schema=database.schema, database=database, index=ValueIndex.build(database))


def answered(context: Context, utterance: str, *history: tuple[str, str]) -> GraphState:
    """Run the four lexical stages over one turn.

    Args:
        context: the library.
        utterance: the turn.
        history: utterance and SQL of each earlier turn.
    """
    state = GraphState(
        turn_id="0:0",
        database_id="library",
        history=tuple(Turn(utterance=said, sql=sql) for said, sql in history),
        utterance=utterance,
    )

    async def run(state: GraphState) -> GraphState:
        state = state.model_copy(update={"dialogue_state": await LexicalDialogueState()(state, context)})
        state = state.model_copy(update={"schema_links": await LexicalLinks()(state, context)})
        state = state.model_copy(update={"grounded_values": await Fuzzy()(state, context)})
        return state.model_copy(update={"plans": await LexicalPlans()(state, context)})

    return asyncio.run(run(state))


def written(context: Context, utterance: str, *history: tuple[str, str]) -> str:
    """Return the SQL of the best plan."""
    plans = answered(context, utterance, *history).plans
    assert plans
    return from_plan(plans[0].plan, context.schema)
