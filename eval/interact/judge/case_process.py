"""The process that runs test cases: what they print or break stays in it.

The names that a test case finds in its scope are the benchmark's; `test_case` gets the texts of the submission and of
the gold, the database's name and a connection on which the submission has run.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from eval.interact.judge.cases import CaseRequest, CaseResult
from eval.interact.judge.execution import Execution, run_statements
from eval.interact.judge.sandbox import ConnectionRecipe
from eval.scoring.verdicts.interact import interact, without_comments, without_distinct, without_round
from value_index.database import Row
from value_index.engines.postgres.driver import load_driver


def main() -> None:
    """Read a request from stdin, and write its result to the file that is named."""
    request = CaseRequest.model_validate_json(sys.stdin.buffer.read())
    Path(sys.argv[1]).write_text(_result(request).model_dump_json(), encoding="utf-8")


def _result(request: CaseRequest) -> CaseResult:
    connection = _connect(request.recipe)
    ran = run_statements(connection, [request.submission])
    if not ran.ok:
        return CaseResult(outcome="timeout" if ran.timed_out else "error", detail=ran.error)
    for number, source in enumerate(request.test_cases, start=1):
        try:
            _run(source, _scope(connection, request, ran), request, connection)
        except AssertionError as error:
            return CaseResult(outcome="wrong", detail=f"test case {number}: {_line(error)}")
        except Exception as error:  # noqa: BLE001 (the code of others)
            return CaseResult(outcome="test case fails", detail=f"test case {number}: {_line(error)}")
    return CaseResult(outcome="right")


def _run(source: str, scope: dict[str, Any], request: CaseRequest, connection: Any) -> None:
    exec(compile(source, "<test case>", "exec"), scope)
    test: Callable[..., Any] = scope["test_case"]
    test([request.submission], list(request.gold), request.database, connection)


def _scope(connection: Any, request: CaseRequest, ran: Execution) -> dict[str, Any]:
    def execute_queries(
        queries: str | Sequence[str], db_name: str = "", conn: Any = None, *_: Any, **__: Any
    ) -> tuple[list[Row] | None, str | None, bool]:
        texts = [queries] if isinstance(queries, str) else list(queries or ())
        found = run_statements(conn or connection, texts)
        return None if found.rows is None else list(found.rows), found.error or None, found.timed_out

    def ex_base(
        pred_sqls: Sequence[str], sol_sqls: Sequence[str], db_name: str = "", conn: Any = None, conditions: Any = None
    ) -> int:
        ours, theirs = execute_queries(pred_sqls, db_name, conn), execute_queries(sol_sqls, db_name, conn)
        if any((ours[1], ours[2], theirs[1], theirs[2])):
            return 0
        ordered = bool((conditions or {}).get("order"))
        return int(interact(theirs[0] or [], ours[0] or [], ordered=ordered))

    return {
        "__name__": "test_case",
        "execute_queries": execute_queries,
        "ex_base": ex_base,
        "remove_comments": lambda texts: [without_comments(text) for text in texts],
        "remove_distinct": lambda texts: [without_distinct(text) for text in texts],
        "remove_round": lambda texts: [without_round(text) for text in texts],
        "pred_query_result": None if ran.rows is None else list(ran.rows),
    }


def _connect(recipe: ConnectionRecipe) -> Any:
    if recipe.kind == "sqlite":
        return sqlite3.connect(recipe.address, isolation_level=None)
    return load_driver().connect(recipe.address)


def _line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


if __name__ == "__main__":
    main()
