"""open_database and Session: the Python API, without `async`, in a script, a notebook, or inside a running loop."""

from __future__ import annotations

import os
import secrets
import tempfile
import weakref
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from agent.answer import Answer as AgentAnswer
from agent.clarify import Doubt, Reply
from agent.config import DEFAULT, Config
from agent.context import open_context
from agent.execute import execute
from agent.llm import open_llm
from agent.notebook.answer import Answer
from agent.notebook.event_loop import EventLoop
from agent.revision import revise as changes
from agent.revision.plan_of_turn import RevisionError, plan_of, plan_to_revise
from agent.revision.readings import Reading
from agent.session import Session as AgentSession
from agent.session import open_session
from agent.traces import start
from nodes.node import Context
from nodes.plan import Plan
from nodes.sql.clauses import ClauseName, with_clause
from nodes.sql.errors import SQLError
from nodes.state import Turn
from value_index.database import Result
from value_index.files.folders import data_folder
from value_index.matches import ValueMatch
from value_index.schema import Schema

Choose = Callable[[Doubt], Reply]
"""Asks the user: returns the place of a reading (0 or 1), or words."""


@dataclass(frozen=True, repr=False)
class OpenedDatabase:
    """A database with its value index and what is known about it; it is only read."""

    context: Context

    @property
    def schema(self) -> Schema:
        """Tables, columns and keys."""
        return self.context.schema

    @property
    def address(self) -> str:
        """The address, without a password."""
        return self.context.database.address

    def sql(self, statement: str) -> Result:
        """Run one statement that reads; a fault of the SQL is an outcome of the result, never an exception."""
        return execute(statement, self.context, Config.load(DEFAULT).execution)

    def lookup(self, text: str) -> tuple[ValueMatch, ...]:
        """Return the stored values that words may mean, the best first."""
        index = self.context.index
        return (index.ground(text) or index.lookup(text)) if index else ()

    def __repr__(self) -> str:
        return f"<{self.address}: {', '.join(table.name for table in self.schema.tables)}>"


def open_database(
    *addresses: str | Path, knowledge: Sequence[str | Path] = (), match_descriptions: bool = False
) -> OpenedDatabase:
    """Open a database for questions.

    Args:
        addresses: a SQLite or DuckDB file, files of one kind (CSV, TSV, Parquet, JSON, Excel), or a server's address.
        knowledge: files of synonyms, meanings of codes and verified questions.
        match_descriptions: whether words of a column's description find it too.

    Raises:
        TurnSQLError: it cannot be opened, said in one line.
    """
    start(os.environ)
    paths = [Path(path) for path in knowledge]
    return OpenedDatabase(open_context([str(address) for address in addresses], paths, match_descriptions))


class Session:
    """A conversation about a database; each answer is the base of the next question."""

    def __init__(
        self,
        database: OpenedDatabase | str | Path,
        *,
        thread: str | None = None,
        store: str | Path | None = None,
        config: str | Path | None = None,
    ) -> None:
        """Start a conversation, or continue a kept one.

        Args:
            database: an opened database, or its address.
            thread: name under which the conversation is kept, and continued by the next session of this name; without one
                it ends with the session.
            store: file that keeps conversations; that of `turnsql chat` unless given.
            config: an agent's configuration (TOML); the embedded default unless given.

        Raises:
            TurnSQLError: the database, the configuration or the store cannot be used, said in one line.
        """
        opened = database if isinstance(database, OpenedDatabase) else open_database(database)
        settings = Config.load(Path(config) if config else DEFAULT)
        self._loop, self._stack = EventLoop(), AsyncExitStack()
        self._finalizer = weakref.finalize(self, _close, self._loop, self._stack)
        if thread is None and store is None:
            folder = tempfile.TemporaryDirectory(prefix="turnsql-session-", ignore_cleanup_errors=True)
            self._stack.callback(folder.cleanup)
            store = Path(folder.name) / "conversation.sqlite"
        place = Path(store) if store else data_folder() / "conversations.sqlite"
        name = thread or f"session-{secrets.token_hex(4)}"
        try:
            self._session = self._loop.run(_opened(self._stack, settings, opened.context, place, name))
        except BaseException:
            self.close()
            raise

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The questions so far and the SQL that answered them."""
        return self._session.turns

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Other readings of the latest question, which give other rows."""
        return self._loop.run(changes.other_readings(self._session))

    @property
    def latest(self) -> Answer | None:
        """The latest answer, its SQL run anew; None before the first question."""
        found = self._loop.run(self._session.latest())
        return self._answer(found) if found else None

    def ask(self, question: str, *, choose: Choose | None = None) -> Answer:
        """Answer the next question of the conversation.

        Args:
            question: in words.
            choose: asks the user where a question back is worth it; without, the likelier reading is taken and the answer
                says so in `asked_back`.

        Raises:
            TurnSQLError: the question cannot be asked, said in one line.
        """
        doubts: list[Doubt] = []

        def replied(doubt: Doubt) -> Reply:
            doubts.append(doubt)
            return choose(doubt) if choose else 0

        answer = self._loop.run(self._session.ask(question, choose=replied))
        return self._answer(answer, doubts[0] if doubts else None)

    def edit(self, plan: Plan | None = None, **clauses: str) -> Answer:
        """Answer the latest question again from a changed plan; the stages before the SQL do not run again.

        Args:
            plan: a whole plan, such as `answer.plan` with a field replaced.
            clauses: clauses written anew, by name: `where="price > 30"`, `order_by="price DESC"`, `limit="3"`; an empty text
                takes one out.

        Raises:
            RevisionError: there is no answer, a clause does not parse, or the plan cannot be answered.
        """
        context = self._session.context
        changed = plan or plan_to_revise(self._session.state, context)
        try:
            for name, text in clauses.items():
                changed = with_clause(changed, _clause(name), str(text), context.schema)
        except SQLError as error:
            raise RevisionError(str(error)) from error
        return self._answer(self._loop.run(changes.revise(self._session, changed)))

    def without(self, filter: int) -> Answer:
        """Answer the latest question again without one of `answer.filters`, by its index.

        Raises:
            RevisionError: there is no such filter.
        """
        return self._answer(self._loop.run(changes.without(self._session, filter)))

    def take(self, reading: int) -> Answer:
        """Answer the latest question again by one of `readings`, by its index.

        Raises:
            RevisionError: there is no such reading.
        """
        return self._answer(self._loop.run(changes.take(self._session, reading)))

    def undo(self) -> None:
        """Forget the latest question."""
        self._loop.run(self._session.undo())

    def close(self) -> None:
        """End the session; a named conversation stays in its store."""
        self._finalizer()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Session: {len(self.turns)} questions>"

    def _answer(self, answer: AgentAnswer, doubt: Doubt | None = None) -> Answer:
        plan = plan_of(answer.state.sql, self._session.context.schema)
        return Answer(answer, plan, changes.filters(self._session), doubt)


async def _opened(stack: AsyncExitStack, config: Config, context: Context, store: Path, thread: str) -> AgentSession:
    llm = await stack.enter_async_context(open_llm(config.endpoint, os.environ))
    return await stack.enter_async_context(open_session(config, replace(context, llm=llm), store=store, thread=thread))


def _close(loop: EventLoop, stack: AsyncExitStack) -> None:
    loop.run(stack.aclose())
    loop.stop()


def _clause(name: str) -> ClauseName:
    """Return the clause that an argument names.

    Raises:
        RevisionError: there is no such clause.
    """
    names: dict[str, ClauseName] = {
        "select": "select",
        "where": "where",
        "group_by": "group by",
        "having": "having",
        "order_by": "order by",
        "limit": "limit",
        "offset": "offset",
        "distinct": "distinct",
    }
    if name not in names:
        raise RevisionError(f"a plan has no clause {name!r}: {', '.join(names)}")
    return names[name]
