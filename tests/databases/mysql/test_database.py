"""A database of a MariaDB server, read as every other: reflection, caps, threads, the index, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.databases.mysql.server import Server, running_server, server_programs
from value_index.connect import connect
from value_index.database import Database
from value_index.engines.mysql import database as module
from value_index.errors import DatabaseError, UnreadableError
from value_index.index import ValueIndex
from value_index.schema import ColumnRef

pytestmark = pytest.mark.databases


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may stop."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no MariaDB or MySQL server is installed")
    with running_server(programs) as running:
        yield running


def test_the_schema_is_that_of_the_catalog(farm: Database) -> None:
    schema = farm.schema
    assert (schema.dialect, schema.database_id) == ("mysql", "farm")
    assert {(t.name, t.is_view) for t in schema.tables} == {
        ("Stall", False), ("animal", False), ("farm", False), ("heavy", True), ("many", False),
    }  # fmt: skip
    animal = schema.table("animal")
    assert animal is not None and animal.primary_key == ("tag",)
    kinds = {column.name: column.kind for column in animal.columns}
    assert kinds == {
        "tag": "number", "kind": "text", "farm_id": "number", "weight": "number", "marks": "text", "born": "time",
        "seen": "time", "photo": "other", "more": "text", "place": "other", "year": "number", "fed": "time",
        "flags": "other", "note": "text",
    }  # fmt: skip
    assert sorted(f"{key.source} {key.target}" for key in schema.foreign_keys) == [
        "Stall.farmId farm.id",
        "animal.farm_id farm.id",
    ]
    mixed = schema.describe(ColumnRef(table="farm", column="Mixed Case"))
    assert mixed.declared_type == "varchar(20) COLLATE utf8mb4_bin"
    assert farm.files == () and farm.file_bytes > 0 and "owner's" not in farm.address


def test_cells_are_numbers_texts_bytes_and_truth_values(farm: Database) -> None:
    result = farm.execute("SELECT * FROM animal WHERE tag = 1")
    tag, kind, farm_id, weight, marks, born, seen, photo, more, place, year, fed, flags, note = result.rows[0]
    assert (tag, kind, farm_id, weight, marks) == (1, "cow", 1, 450.5, "a,b")
    assert (born, seen, photo, more) == ("2020-01-02 10:00:00.500", "2020-01-02 10:00:00", b"\xaa", '{"a": 1}')
    assert isinstance(place, bytes) and (year, fed, flags, note) == (2019, "10:30:00", 5, "Zo\u00eb")
    assert farm.execute("SELECT avg(id), 1 / 3, sum(id) FROM farm").rows == ((1.5, 0.333333333333, 3),)


def test_results_are_cut_at_rows_bytes_and_cells(farm: Database) -> None:
    for caps in ({"max_rows": 10}, {"max_bytes": 60}, {"max_cells": 20}):
        result = farm.execute("SELECT n, word FROM many ORDER BY n", **caps)
        assert result.outcome == "truncated" and 5 <= len(result.rows) <= 10, caps
    assert farm.execute("SELECT count(*) FROM many").rows == ((20_000,),)


def test_several_threads_ask_at_once(farm: Database) -> None:
    def asked(number: int) -> object:
        return farm.execute(f"SELECT {number} + count(*) FROM farm").rows[0][0]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(asked, range(40))) == [number + 2 for number in range(40)]


def test_values_of_a_column_come_once_and_in_the_order_of_the_rows(farm: Database) -> None:
    assert farm.distinct(ColumnRef(table="many", column="word"), 3) == ("word 1", "word 2", "word 3")
    assert farm.distinct(ColumnRef(table="animal", column="kind"), 5) == ("cow", "goat")


def test_streams_end_in_the_middle_and_at_their_deadline(farm: Database) -> None:
    stream = farm.stream("SELECT n FROM many ORDER BY n", batch=100)
    assert len(next(stream)) == 100
    del stream
    assert sum(map(len, farm.stream("SELECT n FROM many", batch=999))) == 20_000
    with pytest.raises(UnreadableError, match="slow"):
        list(farm.stream("SELECT count(*) FROM many a, many b, many c", deadline=0.5))
    with pytest.raises(UnreadableError, match="nope"):
        list(farm.stream("SELECT nope FROM many"))
    assert farm.execute("SELECT 1").rows == ((1,),)


def test_the_index_finds_texts_of_every_type(farm: Database) -> None:
    index = ValueIndex.build(farm)
    for text, column in (
        ("Hill", "farm.name"),
        ("goat", "animal.kind"),
        ("Zo\u00eb", "animal.note"),
    ):
        assert column in {str(match.column) for match in index.lookup(text)}, text


def test_a_large_table_is_read_in_part_and_it_is_said(
    farm_address: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.run("ANALYZE TABLE farm.many")  # else the server may not have sized a table that is some seconds old
    monkeypatch.setattr(module, "SAMPLED_FROM", 1 << 17)
    monkeypatch.setattr(module, "SAMPLED_ROWS", 100)
    large = connect([farm_address])
    ref = ColumnRef(table="many", column="word")
    assert large.notes == ("'many' is large: the index reads a part of its rows",)
    assert sum(map(len, large.stream(large.values_query(ref, 100, distinct=True)))) == 100
    large.close()


def test_the_fingerprint_follows_what_is_written(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FRESH_SECONDS", 0.0)
    server.run("CREATE DATABASE written", "CREATE TABLE written.x (i int)", "INSERT INTO written.x VALUES (1)")
    database = connect([server.address("written")])
    before = database.fingerprint()
    assert database.fingerprint() == before
    time.sleep(1.1)  # times of change are told in seconds
    server.run("INSERT INTO written.x VALUES (2)")
    assert database.fingerprint() != before
    database.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("owner%27s", "wrong"), "password is wrong"),
        (lambda text: text.replace("/farm", "/nope"), "no database of this name"),
        (lambda text: text.replace("owner:", "stranger:"), "password is wrong"),
        (lambda text: text.rpartition(":")[0] + ":9/farm", "no server answers"),
        (lambda text: text + "?connect_timeout=soon", "number of seconds"),
        (lambda text: text + "?ssl_ca=/no/such/file", "No such file"),
    ],
)
def test_a_server_that_cannot_be_asked_is_one_line(farm_address: str, change: object, said: str) -> None:
    assert callable(change)
    with pytest.raises(DatabaseError, match=said) as caught:
        connect([str(change(farm_address))])
    assert "owner's" not in str(caught.value) and "\n" not in str(caught.value)
    assert "%27s" not in str(caught.value)


def test_a_slow_reader_is_waited_for(farm: Database) -> None:
    assert farm.execute("SELECT @@SESSION.net_write_timeout").rows == ((3600,),)


def test_the_environment_may_hold_the_password(farm_address: str) -> None:
    bare = farm_address.replace(":owner%27s%20password", "")
    database = connect([bare], {"TURNSQL_DB_PASSWORD": "owner's password"})
    assert database.execute("SELECT 1").ok and database.address == bare
    database.close()


def test_a_table_without_rights_is_left_out(server: Server, farm_address: str) -> None:
    server.run("CREATE USER guest@'127.0.0.1' IDENTIFIED BY 'guest'", "GRANT SELECT ON farm.farm TO guest@'127.0.0.1'")
    guest = connect([server.address("farm", "guest", "guest")])
    assert [table.name for table in guest.schema.tables] == ["farm"]
    refused = guest.execute("SELECT * FROM animal")
    assert refused.outcome == "error" and "denied" in refused.message
    guest.close()
    server.run("CREATE DATABASE hollow", "GRANT SELECT ON hollow.* TO guest@'127.0.0.1'")
    with pytest.raises(DatabaseError, match="no tables"):
        connect([server.address("hollow", "guest", "guest")])


def test_a_table_that_goes_away_is_an_error(server: Server) -> None:
    server.run("CREATE DATABASE gone", "CREATE TABLE gone.x (i int)", "CREATE TABLE gone.y (i int)")
    database = connect([server.address("gone")])
    server.run("DROP TABLE gone.x")
    result = database.execute("SELECT * FROM x")
    assert result.outcome == "error" and "gone.x" in result.message and not result.machine_fault
    assert database.execute("SELECT * FROM y").outcome == "rows"
    database.close()


def test_a_server_that_goes_and_comes_back(own_server: Server) -> None:
    own_server.run("CREATE DATABASE here", "CREATE TABLE here.x (i int)")
    database = connect([own_server.address("here")])
    assert database.execute("SELECT 1").ok
    own_server.stop(at_once=True)
    gone = database.execute("SELECT 1")
    assert gone.outcome == "error" and gone.machine_fault and "\n" not in gone.message
    own_server.start()
    assert database.execute("SELECT 1").rows == ((1,),)
    database.close()


def test_thousands_of_tables_are_read(server: Server) -> None:
    server.run(
        "CREATE DATABASE wide", *(f"CREATE TABLE wide.t{n} (i int, s varchar(9)) ENGINE=Aria" for n in range(1_000))
    )
    started = time.monotonic()
    database = connect([server.address("wide")])
    assert len(database.schema.tables) == 1_000 and time.monotonic() - started < 30
    database.close()


def test_the_cost_of_a_plan_is_what_the_server_says_or_nothing(farm: Database) -> None:
    table = farm.schema.tables[0].name
    cost = farm.plan_cost(f"SELECT * FROM {table}")
    assert cost is None or cost > 0
    assert farm.plan_cost(f"DELETE FROM {table}") is None and farm.plan_cost("SELECT nosuch") is None
