"""Session: a connection of SQLAlchemy whose every statement is rolled back, in a transaction that only reads where there is one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from value_index.connection.cells import plain_row
from value_index.connection.worker import Collector
from value_index.database import Result, Row
from value_index.engines.sqlalchemy.address import OtherAddress
from value_index.engines.sqlalchemy.driver import load_driver, reason
from value_index.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import Connection, CursorResult, Engine

_READ_ONLY = "SET TRANSACTION READ ONLY"
_CANCEL_RAISE = 3
"""What Firebird calls stopping a statement by an error in it."""
FETCHED = 1_000


class Session:
    """One connection; one thread uses it, any other may stop what it runs."""

    def __init__(self, engine: Engine, address: OtherAddress) -> None:
        self.usable = True
        """Whether it can be asked again."""
        self._address = address
        self._faults = (load_driver().exc.SQLAlchemyError, OSError, ValueError, MemoryError, OverflowError)
        try:
            self._connection: Connection = engine.connect().execution_options(stream_results=True)
        except self._faults as error:
            raise DatabaseError(f"cannot ask {str(address)!r}: {reason(error, address)}") from None
        except ImportError as error:
            missing = (error.name or "its driver").partition(".")[0]
            raise DatabaseError(f"{address.scheme}:// needs the package {missing}: pip install {missing}") from None
        except Exception as error:  # noqa: BLE001 - a driver may raise what it likes: a library that it cannot load
            raise DatabaseError(f"cannot ask {str(address)!r}: {reason(error, address)}") from None
        self._reads_only = self._takes_read_only()

    @property
    def connection(self) -> Connection:
        """The connection, for reflection."""
        return self._connection

    def fetch(self, sql: str, caps: tuple[int, int, int]) -> Result:
        """Run one statement that reads, up to caps on rows, bytes and cells."""
        try:
            with self._reading(sql) as cursor:
                columns = tuple(map(str, cursor.keys()))
                collector = Collector(len(columns), *caps)
                while rows := cursor.fetchmany(min(FETCHED, caps[0] + 1)):
                    if not all(collector.add(plain_row(tuple(row))) for row in rows):
                        message = f"cut after {len(collector.rows)} rows"
                        return Result(outcome="truncated", columns=columns, rows=tuple(collector.rows), message=message)
        except self._faults as error:
            return self.fault(error)
        return Result(outcome="rows", columns=columns, rows=tuple(collector.rows))

    def compiled(self, sql: str) -> Result:
        """Let the engine look at a statement: without running it where the driver can, else without reading its rows."""
        try:
            raw: Any = self._connection.connection.cursor()
            ask = getattr(raw, "prepare", None) or getattr(raw, "parse", None)
            if ask is not None:
                try:
                    statement = ask(sql)
                    if (free := getattr(statement, "free", None)) is not None:
                        free()
                finally:
                    raw.close()
            else:
                with self._reading(sql):
                    pass
        except Exception as error:  # noqa: BLE001 - of the driver, which SQLAlchemy does not wrap here
            return self.fault(error)
        finally:
            self._roll_back()
        return Result(outcome="checked")

    def begin(self, sql: str, batch: int) -> Iterator[list[Row]]:
        """Run a statement of ours, and yield its rows in batches; errors are the driver's."""
        with self._reading(sql) as cursor:
            while rows := cursor.fetchmany(batch):
                yield [plain_row(tuple(row)) for row in rows]

    def fault(self, error: BaseException) -> Result:
        """Return an error as the outcome of its statement."""
        lost = bool(getattr(error, "connection_invalidated", False)) or self._connection.invalidated
        if lost:
            self.usable = False
        said = reason(error, self._address)
        return Result(outcome="error", message=f"the connection is lost: {said}" if lost else said, machine_fault=lost)

    def stop(self) -> None:
        """Stop what runs, where the driver can."""
        with suppress(Exception):
            raw: Any = self._connection.connection.driver_connection
            attachment = getattr(raw, "_att", None)
            if (stop := getattr(raw, "cancel", None) or getattr(raw, "interrupt", None)) is not None:
                stop()
            elif (cancel := getattr(attachment, "cancel_operation", None)) is not None:
                cancel(_CANCEL_RAISE)

    def close(self) -> None:
        """Close the connection."""
        self.usable = False
        with suppress(Exception):
            self._connection.close()

    @contextmanager
    def _reading(self, sql: str) -> Generator[CursorResult[Any]]:
        """Run a statement, and roll it back."""
        try:
            if self._reads_only:
                self._connection.exec_driver_sql(_READ_ONLY)
            cursor = self._connection.exec_driver_sql(sql)
            try:
                yield cursor
            finally:
                cursor.close()
        finally:
            self._roll_back()

    def _takes_read_only(self) -> bool:
        """Tell whether the engine knows the standard's transactions that only read, through this driver."""
        if self._connection.dialect.name.startswith("firebird"):
            return False  # its driver has begun a transaction already, which this would leave behind
        try:
            self._connection.exec_driver_sql(_READ_ONLY)
        except self._faults:
            return False
        finally:
            self._roll_back()
        return True

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except Exception:  # noqa: BLE001 - whatever it is, the connection is not asked again
            self.usable = False
