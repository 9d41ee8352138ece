"""A PostgreSQL database: schema, cells, caps, the index, and what goes wrong with a server, each one line."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

import turnsql
from tests.databases.postgres.copies import copy_to_postgres
from tests.databases.postgres.farm import make_farm
from tests.databases.postgres.server import Server, running_server
from value_index.connect import connect
from value_index.connection.address import PASSWORD
from value_index.database import Database
from value_index.engines.postgres import database as database_module
from value_index.errors import DatabaseError, UnreadableError
from value_index.index import ValueIndex
from value_index.schema import ColumnRef

pytestmark = pytest.mark.databases


def said(sql: str, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that a command ends with."""
    monkeypatch.setattr("sys.argv", ["turnsql", "index", "lookup", "--db", address, sql])
    with pytest.raises(SystemExit) as ended:
        turnsql.main()
    line = capsys.readouterr().err
    assert ended.value.code == 2 and line.count("\n") == 1 and "Traceback" not in line
    return line


def test_the_schema_is_that_of_the_catalog(farm: Database) -> None:
    schema = farm.schema
    kinds = {column.name: column.kind for table in schema.tables for column in table.columns if table.name == "animal"}
    assert [table.name for table in schema.tables] == ["farm", "animal", "heavy", "light", "Stall", "reading", "sale"]
    assert kinds == {
        "tag": "number", "kind": "text", "farm_id": "number", "weight": "number", "names": "other", "home": "other",
        "fed": "other", "born": "time", "seen": "time", "photo": "other", "code": "text", "extra": "other", "more": "other",
        "years": "other", "place": "other", "ip": "text", "price": "other", "letter": "text", "note": "other",
    }  # fmt: skip
    animal, stall, sale = (schema.table(name) for name in ("animal", "Stall", "sale"))
    assert animal and stall and sale
    assert animal.primary_key == ("tag",) and sale.primary_key == ("day", "price")
    assert [(str(key.source), str(key.target)) for key in schema.foreign_keys] == [
        ("animal.farm_id", "farm.id"), ("Stall.farmId", "farm.id"),
    ]  # fmt: skip
    assert [table.name for table in schema.tables if table.is_view] == ["heavy"]
    assert (schema.tables[0].comment, animal.columns[0].comment) == ("Where animals live", "The number in the ear")
    assert animal.columns[3].declared_type == "weight_kg" and stall.columns[2].name == 'say "hi"'
    assert schema.dialect == "postgres" and schema.omits("reading_2020")
    assert any("archive.farm" in note for note in farm.notes)


def test_the_address_says_which_schemas_are_asked(farm_address: str) -> None:
    database = connect([f"{farm_address}?schema=archive"])
    assert [table.name for table in database.schema.tables] == ["sale", "farm"]
    assert database.execute("SELECT count(*) FROM farm").rows == ((0,),)


def test_cells_are_numbers_texts_bytes_and_truth_values(farm: Database) -> None:
    result = farm.execute("SELECT * FROM animal ORDER BY tag")
    assert result.rows[0] == (
        1, "cow", 1, 450.5, "{Bella}", "(1,2)", "2 days", "2020-01-02 10:00:00", result.rows[0][8], b"\xaa",
        "00000000-0000-0000-0000-000000000001", '{"a": 1}', '{"a": 1}', "[1,3)", "(1,2)", "10.0.0.1", result.rows[0][16],
        "ab ", "<a/>",
    )  # fmt: skip
    assert result.rows[1][4:] == (None,) * 15
    row = farm.execute("SELECT 'infinity'::date, '0044-03-15 BC'::date, 1e400::numeric > 1, 12::numeric, true").rows[0]
    assert row == ("infinity", "0044-03-15 BC", True, 12, True) and type(row[3]) is int


def test_results_are_cut_at_rows_bytes_and_cells(farm: Database) -> None:
    thousand = "SELECT g, repeat('x', 1000) FROM generate_series(1, 1000) AS g"
    assert len(farm.execute(thousand).rows) == 1000
    assert [len(farm.execute(thousand, max_rows=n).rows) for n in (1, 7, 100, 999)] == [1, 7, 100, 999]
    by_bytes = farm.execute(thousand, max_bytes=50_000)
    assert by_bytes.outcome == "truncated" and len(by_bytes.rows) == 50
    assert len(farm.execute(thousand, max_cells=20).rows) == 10
    large = farm.execute("SELECT repeat('x', 20000000)", max_bytes=1000, deadline=30.0)
    assert large.outcome == "truncated" and large.rows == ()
    assert farm.execute("SELECT 1 WHERE false").columns == ("?column?",)


def test_several_threads_ask_at_once(farm: Database) -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(farm.execute("SELECT count(*) FROM farm").rows)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [((2,),)] * 8


def test_values_of_a_column_come_once_and_in_the_order_of_the_rows(farm: Database) -> None:
    assert farm.distinct(ColumnRef(table="Stall", column='say "hi"'), 5) == ("north", "south")
    assert farm.distinct(ColumnRef(table="heavy", column="weight"), 5) == (450.5,)
    assert farm.distinct(ColumnRef(table="animal", column="extra"), 5) == ()


def test_streams_end_in_the_middle_and_at_their_deadline(farm: Database) -> None:
    rows = farm.stream("SELECT * FROM generate_series(1, 100000)", batch=10)
    assert next(rows)[0] == (1,)
    rows.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert farm.execute("SELECT 1").rows == ((1,),)
    with pytest.raises(UnreadableError, match="too slow"):
        list(farm.stream("SELECT count(*) FROM generate_series(1, 1000000000)", deadline=0.3))
    with pytest.raises(UnreadableError, match="does not exist"):
        list(farm.stream("SELECT nosuch FROM farm"))


def test_the_index_finds_texts_of_every_type(farm: Database) -> None:
    index = ValueIndex.build(farm)
    assert {str(match.column) for match in index.lookup("Hill")} >= {"farm.name"}
    assert [str(match.column) for match in index.lookup("goat")][:1] == ["animal.kind"]
    assert [str(match.column) for match in index.lookup("north")][:1] == ['Stall.say "hi"']
    assert all("cannot be read" not in column.skipped for column in index.values.columns)


def test_a_large_table_is_sampled_and_it_is_said(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.connect() as connection:
        connection.execute("CREATE DATABASE large")
    with server.connect("large") as connection:
        connection.execute(
            "CREATE TABLE big AS SELECT g AS id, 'name ' || g AS name FROM generate_series(1, 20000) AS g"
        )
    monkeypatch.setattr(database_module, "SAMPLED_FROM", 200_000)
    database = connect([server.address("large")])
    index = ValueIndex.build(database)
    column = next(column for column in index.values.columns if column.ref.column == "name")
    assert 1_000 < column.texts < 10_000 and "% of its pages" in column.skipped
    assert any("sample" in note for note in database.notes)


def test_the_fingerprint_follows_what_is_written(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "FRESH_SECONDS", -1.0)
    database = connect([make_farm(server, "written")])
    first = database.fingerprint()
    assert database.fingerprint() == first
    with server.connect("written") as connection:
        connection.execute("INSERT INTO farm VALUES (3, 'New Farm')")
        connection.execute("SELECT pg_stat_force_next_flush()")
    second = database.fingerprint()
    with server.connect("written") as connection:
        connection.execute("TRUNCATE archive.sale")
    assert len({first, second, database.fingerprint()}) == 3


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("owner%27s%20password", "s3cr3t-Pa55"), "the user or the password is wrong"),
        ((":owner%27s%20password", ""), "set TURNSQL_DB_PASSWORD"),
        (("postgres:", "nobody:"), "the user or the password is wrong"),
        (("/farm", "/nosuch"), 'database "nosuch" does not exist'),
        (("127.0.0.1:", "127.0.0.1:1"), "refused"),
        (("127.0.0.1", "no.such.host.invalid"), "no.such.host.invalid"),
        (("/farm", "/farm?sslmode=require"), "SSL"),
        (("/farm", "/farm?sslmode=perhaps"), "sslmode"),
        (("/farm", "/farm?schema=nosuch"), "holds no tables"),
    ],
)
def test_a_server_that_cannot_be_asked_is_one_line(
    change: tuple[str, str], line: str, farm_address: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.delenv(PASSWORD, raising=False)
    address = farm_address.replace(*change)
    if change[0] == "127.0.0.1:":
        address = "postgresql://postgres:s3cr3t-Pa55@127.0.0.1:1/farm"
    shown = said("x", address, monkeypatch, capsys)
    assert line in shown and "s3cr3t" not in shown and "owner" not in shown


def test_a_schema_that_is_not_read_in_time_is_one_line(farm_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("value_index.engines.postgres.database.OURS_SECONDS", 0.0)
    with pytest.raises(DatabaseError, match=r"cannot read the schema of .*: it takes too long"):
        connect([farm_address])


def test_the_environment_may_hold_the_password(farm_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = farm_address.replace(":owner%27s%20password", "")
    for name in (PASSWORD, "PGPASSWORD"):
        monkeypatch.setenv(name, "owner's password")
        assert connect([bare]).execute("SELECT 1").rows == ((1,),)
        monkeypatch.delenv(name)


def test_a_table_without_rights_is_left_out_and_said(server: Server) -> None:
    make_farm(server, "rights")
    with server.connect("rights") as connection:
        connection.execute(
            "CREATE ROLE analyst LOGIN PASSWORD 'p'; GRANT SELECT ON farm TO analyst; GRANT SELECT (tag, kind) ON animal TO analyst"
        )
    database = connect([server.address("rights", "analyst", "p")])
    assert {table.name: len(table.columns) for table in database.schema.tables} == {"farm": 5, "animal": 2}
    assert database.schema.omits("Stall") and any("Stall" in note for note in database.notes)
    result = database.execute('SELECT * FROM "Stall"')
    assert (result.outcome, result.machine_fault) == ("error", False) and "permission denied" in result.message
    assert ValueIndex.build(database).lookup("Hill")


def test_a_table_that_goes_away_is_an_error_and_the_index_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "FRESH_SECONDS", -1.0)
    database = connect([make_farm(server, "dropped")])
    index = ValueIndex.build(database)
    with server.connect("dropped") as connection:
        connection.execute('DROP TABLE "Stall"')
    assert 'relation "Stall" does not exist' in database.execute('SELECT * FROM "Stall"').message
    assert index.lookup("Hill")
    skipped = {str(column.ref): column.skipped for column in index.values.columns}
    assert "does not exist" in skipped["Stall.Id"]


@pytest.fixture
def own_server(server: Server) -> Iterator[Server]:
    """A server that a test may end."""
    with running_server(server.programs) as other:
        yield other


def test_a_server_that_goes_and_comes_back(own_server: Server) -> None:
    database = connect([make_farm(own_server)])
    assert database.execute("SELECT count(*) FROM farm").rows == ((2,),)
    own_server.stop(at_once=True)
    gone = database.execute("SELECT count(*) FROM farm")
    assert (gone.outcome, gone.machine_fault) == ("error", True) and "refused" in gone.message
    with pytest.raises(DatabaseError, match="refused"):
        database.fingerprint()
    own_server.start()
    assert database.execute("SELECT count(*) FROM farm").rows == ((2,),)


def test_ten_thousand_tables_are_read(server: Server) -> None:
    with server.connect() as connection:
        connection.execute("CREATE DATABASE many")
    with server.connect("many") as connection:
        connection.execute(
            "DO $$ BEGIN FOR n IN 0..9999 LOOP EXECUTE format('CREATE TABLE t%s (id integer, name varchar(20))', n);"
            " IF n % 500 = 0 THEN COMMIT; END IF; END LOOP; END $$"
        )
    database = connect([server.address("many")])
    assert len(database.schema.tables) == 10_000
    assert database.execute("SELECT count(*) FROM t9999").rows == ((0,),)


def test_a_copy_has_the_rows_of_the_file(server: Server) -> None:
    from eval.demo.build import build
    from value_index.engines.sqlite.database import SQLiteDatabase

    file = SQLiteDatabase.open(build()[0])
    copy = connect([copy_to_postgres(server, file, "copied")])
    assert {table.name for table in copy.schema.tables} == {table.name for table in file.schema.tables}
    assert set(copy.schema.foreign_keys) == set(file.schema.foreign_keys)
    for table in file.schema.tables:
        sql = f'SELECT * FROM "{table.name}"'
        assert sorted(map(str, copy.execute(sql).rows)) == sorted(map(str, file.execute(sql).rows))


def test_the_cost_of_a_plan_is_what_the_server_says(farm: Database) -> None:
    cheap = farm.plan_cost("SELECT * FROM farm")
    dear = farm.plan_cost("SELECT count(*) FROM farm AS a, farm AS b, generate_series(1, 1000000)")
    assert cheap and dear and dear > cheap > 0
    assert farm.plan_cost("DELETE FROM farm") is None and farm.plan_cost("SELECT nosuch") is None
