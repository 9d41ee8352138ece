"""reading: a transaction that only reads, ends by itself, and leaves nothing behind; declare: a cursor in it."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from value_index.engines.postgres.channel import Channel, ServerFault, StoppedError
from value_index.schema import quoted

FETCHED = "turnsql_rows"
"""The name of the cursor."""
ROLLBACK_SECONDS = 1.0
_SETTINGS = {
    "idle_in_transaction_session_timeout": "600000",
    "cursor_tuple_fraction": "1.0",
    "standard_conforming_strings": "on",
    "DateStyle": "'ISO, YMD'",
    "IntervalStyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "client_min_messages": "error",
}
"""How texts are read and written, whatever the user or the database is set to; and that nothing waits for us for ever."""


@contextmanager
def reading(channel: Channel, end: float, search_path: Sequence[str], seconds: float) -> Generator[None]:
    """Begin a transaction that only reads, and roll it back: advisory locks aside, nothing outlives it.

    Args:
        channel: the connection.
        end: when it must have begun.
        search_path: the schemas in which a table is looked for; the user's own if empty.
        seconds: what the server gives a statement; none or endless is no limit of its.
    """
    limit = max(1, math.ceil(seconds * 1000)) if 0 < seconds < math.inf else 0
    path = ", ".join(map(quoted, search_path))
    settings = _SETTINGS | {"statement_timeout": str(limit)} | ({"search_path": path} if path else {})
    sets = "".join(f"SET LOCAL {name} = {value};" for name, value in settings.items())
    channel.script(f"BEGIN TRANSACTION READ ONLY;{sets}", end)
    try:
        yield
    finally:
        if channel.usable:
            _roll_back(channel)


def declare(channel: Channel, sql: str, end: float) -> None:
    """Compile a statement and open a cursor over it; only what gives rows can have one."""
    channel.query(f"DECLARE {FETCHED} NO SCROLL CURSOR FOR {sql}", end)


def _roll_back(channel: Channel) -> None:
    try:
        channel.script("ROLLBACK", time.monotonic() + ROLLBACK_SECONDS)
    except (ServerFault, StoppedError):
        channel.usable = False
