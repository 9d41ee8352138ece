"""Which statements may run: one SELECT, without functions and clauses that change, wait or reach beyond the database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from value_index.database import Result
from value_index.engines.mysql.driver import fault_of

MAX_SQL_CHARS = 200_000
_PIECES = re.compile(
    r"""(?P<executable>/\*M?!)|(?P<comment>/\*.*?(?:\*/|\Z)|\#[^\n]*|--(?=[\s\x00-\x1f]|\Z)[^\n]*)"""
    r"""|(?P<text>'(?:[^'\\]|''|\\.)*(?:'|\Z)|"(?:[^"\\]|""|\\.)*(?:"|\Z))|(?P<name>`(?:[^`]|``)*(?:`|\Z))""",
    re.DOTALL,
)
_FIRST = re.compile(r"[\s(]*([A-Za-z]+)")
_CLAUSES = re.compile(
    r"\b(INTO|FOR\s+UPDATE|FOR\s+SHARE|LOCK\s+IN\s+SHARE\s+MODE|PROCEDURE|NEXT\s+VALUE\s+FOR|PREVIOUS\s+VALUE\s+FOR)\b|(:=)",
    re.IGNORECASE,
)
_CALLS = re.compile(r"([\w$]+|`(?:[^`]|``)+`)\s*(\.\s*(?:[\w$]+|`(?:[^`]|``)+`)\s*)?\(")
FORBIDDEN = frozenset((
    "sleep", "benchmark", "get_lock", "release_lock", "release_all_locks", "load_file", "master_pos_wait",
    "source_pos_wait", "master_gtid_wait", "wait_for_executed_gtid_set", "wait_until_sql_thread_after_gtids",
    "nextval", "lastval", "setval", "sys_exec", "sys_eval", "sys_get", "sys_set", "group_replication_set_as_primary",
    "asynchronous_connection_failover_add_source", "gen_blocklist", "keyring_key_store", "keyring_key_remove",
    "version_tokens_set", "service_get_write_locks", "service_get_read_locks", "last_insert_id", "uuid_short",
))  # fmt: skip
"""Functions that wait, lock, count on, or read the server's files."""
_STOPPED = frozenset((1317, 1969, 3024))
_LOST = frozenset((0, 2006, 2013, 2014, 2055, 4031))
_READ_ONLY = frozenset((1792, 1290, 1836))
_NO_ROOM = frozenset((1037, 1038, 1041, 3, 28, 1021, 126, 1030, 1114, 1205, 1213, 1040, 1203))


def bare(sql: str) -> tuple[str, bool]:
    """Return a statement without its comments and texts, and whether a comment of it would be run.

    >>> bare("SELECT 'a;b' /* c */ FROM t -- d")
    ("SELECT ''   FROM t  ", False)
    >>> bare("SELECT 1 /*!50000 INTO OUTFILE 'x' */")[1]
    True
    """
    executable = False

    def kept(piece: re.Match[str]) -> str:
        nonlocal executable
        executable = executable or piece["executable"] is not None
        return piece[0] if piece["name"] else "''" if piece["text"] else " "

    return _PIECES.sub(kept, sql), executable


def refusal(sql: str, stored: Iterable[str] = ()) -> Result | None:
    """Return why a statement may not run; None if it may.

    Args:
        sql: the statement.
        stored: functions that the database itself has, in small letters: what they do is not known.
    """
    if len(sql) > MAX_SQL_CHARS:
        return Result(outcome="error", message=f"the statement is longer than {MAX_SQL_CHARS:,} characters")
    text, executable = bare(sql)
    if executable:
        return _refused("a comment that the server runs")
    text = text.strip().rstrip(";").strip()
    if not text:
        return Result(outcome="error", message="no statement")
    if ";" in re.sub(r"`[^`]*`", "", text):
        return Result(outcome="refused", message="only one statement is allowed")
    first = _FIRST.match(text)
    word = first[1].upper() if first else text[:10]
    if word not in ("SELECT", "WITH", "VALUES", "TABLE"):
        return _refused(word)
    unquoted = re.sub(r"`(?:[^`]|``)*`", " x ", text)
    if found := _CLAUSES.search(unquoted):
        return _refused(" ".join((found[1] or found[2]).upper().split()))
    return _call_refusal(text, frozenset(stored))


def _call_refusal(text: str, stored: frozenset[str]) -> Result | None:
    for found in _CALLS.finditer(text):
        name = (found[2] or found[1]).strip(" .\t\r\n").strip("`").lower()
        if found[2]:
            return _refused(f"FUNCTION {found[1]}.{name}")
        if name in FORBIDDEN or name in stored:
            return _refused(f"FUNCTION {name}")
    return None


def _refused(what: str) -> Result:
    return Result(outcome="refused", message=f"only reading is allowed: {what}")


def fault(error: Exception) -> Result:
    """Return an error of a statement as its outcome."""
    number, said = fault_of(error)
    if number in _STOPPED:
        return Result(outcome="timeout", message=said)
    if number in _READ_ONLY:
        return _refused(said)
    if number in _LOST:
        return Result(outcome="error", message=f"the connection is lost: {said}", machine_fault=True)
    return Result(outcome="error", message=said, machine_fault=number in _NO_ROOM)
