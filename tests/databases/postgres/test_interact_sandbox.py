"""BIRD-Interact's judge on a PostgreSQL server: copies of a template, dropped afterwards."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.datasets import DataError
from eval.datasets.bird_interact.release import load_release
from eval.datasets.bird_interact.tasks import Phase, Task
from eval.interact.judge.judge import judge, keep_phase
from eval.interact.judge.postgres_sandbox import PostgresServer
from eval.interact.oracle import run_oracle
from eval.interact.runs.record import read_tasks
from eval.interact.world.open import open_world
from eval.interact.world.own_tasks import own_databases
from eval.interact.world.write import OURS, make_templates, write_world
from tests.databases.postgres.server import Server
from tests.eval.interact.farm import FARM, MANAGEMENT
from turnsql import app
from value_index.connection.address import Address
from value_index.errors import DatabaseError

PHASE = Phase.model_validate({"sol_sql": ["SELECT field_id, ROUND(tonnes, 1), DATE '2024-01-02' FROM harvest"]})


@pytest.fixture(scope="module")
def copies(server: Server) -> PostgresServer:
    with server.connect() as connection:
        connection.execute("CREATE DATABASE acre_template")
    with server.connect("acre_template") as connection:
        connection.execute(FARM)
    return PostgresServer(Address.parse(server.address("postgres"), {}))


def _databases(copies: PostgresServer) -> set[str]:
    return {name for (name,) in copies.run("SELECT datname FROM pg_database WHERE datname LIKE 'turnsql%'")}


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT field_id, tonnes, '2024-01-02' FROM harvest", "right"),
        ("SELECT 1; SELECT DISTINCT field_id, tonnes, DATE '2024-01-02' FROM harvest;", "right"),
        ("SELECT field_id, tonnes + 0.01, '2024-01-02' FROM harvest", "wrong"),
        ("DELETE FROM harvest", "error"),
        ("COMMIT; DELETE FROM harvest; SELECT 1", "error"),
        ("COMMIT; SET default_transaction_read_only = off; COMMIT; DELETE FROM harvest; SELECT 1", "wrong"),
        ("SELECT nothing", "error"),
    ],
)
def test_a_submission_is_judged_by_its_rows(copies: PostgresServer, sql: str, reason: str) -> None:
    with copies.open("acre", "acre_1") as sandbox:
        assert judge(sandbox, PHASE, sql).reason == reason
        assert judge(sandbox, PHASE, PHASE.sol_sql[0]).passed
    assert not _databases(copies)


def test_what_a_phase_wrote_is_there_in_the_next(copies: PostgresServer) -> None:
    task = Task.model_validate({**MANAGEMENT, "selected_database": "acre"})
    assert task.follow_up
    with copies.open("acre", "acre_M_1") as sandbox:
        assert judge(sandbox, task, task.sol_sql[0], management=True).passed
        assert not sandbox.execute(["SELECT * FROM good"], writes=False).ok
        keep_phase(sandbox, task, task.sol_sql[0])
        assert judge(sandbox, task.follow_up, task.follow_up.sol_sql[0]).passed
        assert judge(sandbox, task.follow_up, "DROP TABLE good; SELECT 2").reason == "error"
        assert judge(sandbox, task.follow_up, task.follow_up.sol_sql[0]).passed
    assert not _databases(copies)


def test_a_statement_without_end_is_stopped(copies: PostgresServer) -> None:
    with copies.open("acre", "acre_2") as sandbox:
        assert sandbox.execute(["SELECT pg_sleep(20)"], writes=False, deadline=0.2).timed_out


def test_nothing_but_a_copy_is_dropped(copies: PostgresServer) -> None:
    with pytest.raises(DatabaseError, match="no copy of ours"):
        copies.drop("acre_template")
    with pytest.raises(DataError, match="has no database ocean_template"):
        copies.open("ocean", "ocean_1")


def test_the_gold_of_our_own_tasks_runs_here_too(copies: PostgresServer) -> None:
    assert make_templates(copies) == make_templates(copies)
    for name, database in own_databases().items():
        with closing(copies.connect(f"{name}_template")) as connection:
            for task in (task for task in database.tasks if not task.checks):
                for sql in filter(None, (task.gold, task.then_gold)):
                    assert connection.execute(sql).fetchall(), sql


def test_the_gold_of_tasks_that_change_a_database_earns_everything(
    copies: PostgresServer, server: Server, tmp_path: Path
) -> None:
    make_templates(copies)
    whole = load_release(*write_world(tmp_path / "world"))
    release = replace(
        whole, tasks=tuple(task for task in whole.tasks if task.instance_id.endswith(("_M_1", "_M_2", "_M_3")))
    )
    with open_world(release, server=Address.parse(server.address("postgres"), {}), management=True) as world:
        found = run_oracle(release, world, "c")
    assert found
    assert found.not_right == {}
    assert (found.figures.tasks, found.figures.normalised_reward) == (9, 1.0)
    assert not _databases(copies)


@pytest.mark.parametrize("mode", ["c", "a"])
def test_the_commands_of_the_page_play_on_a_server(
    copies: PostgresServer, server: Server, tmp_path: Path, mode: str
) -> None:
    address = ["--server", server.address("postgres")]
    release = ["--data", str(tmp_path / "world"), "--gold", str(tmp_path / "world" / "gold.jsonl")]
    run = [
        "interact",
        "run",
        *release,
        *address,
        "--mode",
        mode,
        "--task",
        "air_network_11",
        "--out",
        str(tmp_path / mode),
    ]
    for words in (["interact", "world", "--out", str(tmp_path / "world"), *address], run):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (words, done.output, done.exception)
    (record,) = read_tasks(tmp_path / mode)
    assert record.passed[1] and record.error is None
    assert not _databases(copies)


def test_a_template_of_somebody_else_is_not_replaced(copies: PostgresServer) -> None:
    copies.run("COMMENT ON DATABASE clinic_template IS 'mine'")
    try:
        with pytest.raises(DatabaseError, match="not ours"):
            make_templates(copies)
    finally:
        copies.run(f"COMMENT ON DATABASE clinic_template IS '{OURS}'")
