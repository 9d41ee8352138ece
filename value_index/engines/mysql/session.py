"""Session: a connection whose statements only read, and can be stopped by a second one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

from value_index.connection.address import Address
from value_index.connection.cells import plain_row
from value_index.connection.worker import Collector
from value_index.database import Result, Row
from value_index.engines.mysql.driver import fault_of, load_driver, open_connection
from value_index.engines.mysql.statements import fault
from value_index.errors import DatabaseError

if TYPE_CHECKING:
    from pymysql.connections import Connection
    from pymysql.cursors import SSCursor

_GONE = frozenset((0, 2006, 2013, 2014, 2055, 4031))
MOST_SECONDS = 31_536_000.0


class Session:
    """One connection; one thread uses it, any other may stop what it runs."""

    def __init__(self, address: Address) -> None:
        self.usable = True
        """Whether it can be asked again."""
        self._address = address
        self._connection: Connection[Any] = open_connection(address)
        self._is_mariadb = "mariadb" in self._connection.get_server_info().lower()
        self._limit = 0.0

    def rows(self, sql: str, seconds: float) -> list[Row]:
        """Run a statement of ours; errors are the driver's."""
        with self._reading(sql, seconds) as cursor:
            return [plain_row(row) for row in cursor]

    def fetch(self, sql: str, seconds: float, caps: tuple[int, int, int]) -> Result:
        """Run one statement that reads, up to caps on rows, bytes and cells."""
        driver = load_driver()
        try:
            with self._reading(sql, seconds) as cursor:
                columns = tuple(item[0] for item in cursor.description or ())
                collector = Collector(len(columns), *caps)
                for row in cursor:
                    if not collector.add(plain_row(row)):
                        self.drop()  # what is left would have to be read
                        message, rows = f"cut after {len(collector.rows)} rows", tuple(collector.rows)
                        return Result(outcome="truncated", columns=columns, rows=rows, message=message)
        except (driver.MySQLError, OSError, ValueError, MemoryError, AttributeError) as error:
            self._note(error)
            return fault(error)
        return Result.model_construct(
            outcome="rows", columns=columns, rows=tuple(collector.rows), message="", machine_fault=False
        )

    def begin(self, sql: str, seconds: float) -> Iterator[Row]:
        """Run a statement of ours, and return its rows one after the other; errors are the driver's."""
        with self._reading(sql, seconds) as cursor:
            for row in cursor:
                yield plain_row(row)

    def stop(self) -> None:
        """Stop what runs, by a second connection."""
        number = self._connection.thread_id()
        with suppress(DatabaseError, load_driver().MySQLError, OSError):
            killer = open_connection(self._address)
            with killer, killer.cursor() as cursor:
                cursor.execute(f"KILL QUERY {int(number)}")

    def drop(self) -> None:
        """Close the connection without reading what is left; the server stops when it cannot send."""
        self.usable = False
        connection: Any = self._connection
        with suppress(Exception):
            if (unread := connection._result) is not None:
                unread.unbuffered_active, unread.connection = False, None
            connection._force_close()

    def close(self) -> None:
        """Close the connection."""
        self.usable = False
        with suppress(load_driver().MySQLError, OSError):
            self._connection.close()

    @contextmanager
    def _reading(self, sql: str, seconds: float) -> Generator[SSCursor]:
        """Run a statement, which is a transaction of its own that only reads."""
        cursor = self._connection.cursor(load_driver().cursors.SSCursor)
        try:
            self._bound(cursor, seconds)
            cursor.execute(sql)
            yield cursor
        except BaseException as error:
            self._note(error)
            raise
        finally:
            if self.usable:
                cursor.close()
            else:
                cast(Any, cursor).connection = None  # nothing is read to the end

    def _bound(self, cursor: Any, seconds: float) -> None:
        """Let the server itself stop a statement: also when this process is gone."""
        limit = min(max(seconds, 0.05), MOST_SECONDS)
        if abs(limit - self._limit) > 0.01 * self._limit:
            name, value = (
                ("max_statement_time", f"{limit:.3f}")
                if self._is_mariadb
                else ("max_execution_time", str(int(limit * 1000)))
            )
            cursor.execute(f"SET SESSION {name} = {value}")
            self._limit = limit

    def _note(self, error: BaseException) -> None:
        """Keep from using a connection again whose exchange was broken off."""
        if not isinstance(error, load_driver().MySQLError) or fault_of(error)[0] in _GONE:
            self.drop()
