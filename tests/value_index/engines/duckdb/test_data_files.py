"""Data files as tables: types, what is left out and said, and every file that cannot be read is one line."""

from __future__ import annotations

import datetime
from pathlib import Path

import duckdb
import pytest

import turnsql
from value_index.connect import connect
from value_index.database import Database
from value_index.errors import DatabaseError
from value_index.options import spread


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def opened(folder: Path, **contents: str | bytes) -> Database:
    """Write files, named without their point: `sales_csv`; and open them together."""
    paths: list[Path] = []
    for name, content in contents.items():
        path = folder / ".".join(name.rsplit("_", 1))
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return connect(paths)


def types(database: Database) -> dict[str, str]:
    """Return the types of the first table's columns."""
    return {column.name: column.declared_type for column in database.schema.tables[0].columns}


@pytest.mark.parametrize(
    ("content", "columns", "note"),
    [
        ("id,day,zip,ok,price\n1,2020-01-31,01234,true,2.5\n2,2021-02-28,02345,false,3\n",
         {"id": "BIGINT", "day": "DATE", "zip": "VARCHAR", "ok": "BOOLEAN", "price": "DOUBLE"}, ""),
        ("id;name\n1;a\n2;b\n", {"id": "BIGINT", "name": "VARCHAR"}, ""),
        ("id,name,name\n1,a,b\n2,c,d\n", {"id": "BIGINT", "name": "VARCHAR", "name_1": "VARCHAR"}, ""),
        ("id,name\n1,a\n2,b,c,d\n3,c\n", {"id": "BIGINT", "name": "VARCHAR"}, "1 line was left out of 'x.csv': line 3"),
        ('id,name\n1,a\n2,b,c,d\n3,"x\n4,y\n', {"id": "BIGINT", "name": "VARCHAR"}, "1 line was left out of 'x.csv': line 3"),
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", {"a": "BIGINT", "b": "BIGINT", "c": "BIGINT"}, "line 3"),
        ("1,anna,2010-01-01\n2,bob,2011-02-02\n",
         {"column0": "BIGINT", "column1": "VARCHAR", "column2": "DATE"}, "'x.csv' has no header line"),
        ("\ufeffid,name\n1,x\n", {"id": "BIGINT", "name": "VARCHAR"}, ""),
        ("id,name\n1,José\n".encode("latin-1"), {"id": "BIGINT", "name": "VARCHAR"}, ""),
        ('"First Name",Order,SELECT\nAnn,3,x\n', {"First Name": "VARCHAR", "Order": "BIGINT", "SELECT": "VARCHAR"}, ""),
        ("id,v\n" + "".join(f"{n},{n}\n" for n in range(30_000)) + "30000,n/a\n", {"id": "BIGINT", "v": "VARCHAR"}, ""),
    ],
)  # fmt: skip
def test_a_csv_is_read_with_the_types_of_its_values(
    tmp_path: Path, content: str | bytes, columns: dict[str, str], note: str
) -> None:
    database = opened(tmp_path, x_csv=content)
    assert types(database) == columns
    assert note in "".join(database.notes) and bool(note) == bool(database.notes)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x_csv", "", "is an empty file"),
        ("x_csv", "a,b\n", "holds no rows"),
        ("x_csv", bytes(range(256)) * 10, "cannot read"),
        ("x_json", '{"a": 1,', "Malformed JSON"),
        ("x_parquet", "no parquet", "cannot read"),
        ("x_xlsx", "no workbook", "is not an Excel workbook"),
    ],
)
def test_what_is_no_table_is_one_line(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    with pytest.raises(DatabaseError, match=said) as error:
        opened(tmp_path, **{name: content})
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (["absent.csv"], "no file at 'absent.csv'"),
        (["a.csv", "b.sqlite"], "'b.sqlite' is no data file"),
        (["duckdb:///absent.duckdb"], "no file at 'absent.duckdb'"),
        (["duckdb:///README.md"], "is not a DuckDB database"),
        (["duckdb:///"], "names no file"),
        (["nobase://me:secret@host/base"], "'nobase://' is no database that is known"),
        ([], "give a database"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line(addresses: list[str], said: str) -> None:
    with pytest.raises(DatabaseError, match=said) as error:
        connect(addresses)
    assert "secret" not in str(error.value)


def test_a_missing_driver_is_one_line_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(DatabaseError, match=r"turnsql\[duckdb\]"):
        opened(tmp_path, x_csv="a\n1\n")


def test_several_files_are_joined_by_keys_that_names_and_values_show(tmp_path: Path) -> None:
    database = opened(
        tmp_path,
        customers_csv="id,name\n1,Ann\n2,Bob\n",
        orders_json='[{"order_id": 7, "customer_id": 1, "tags": ["a"]}, {"order_id": 8, "customer_id": 2, "tags": []}]',
        other_csv="customer_id,x\n9,1\n",
    )
    keys = {(str(key.source), str(key.target)) for key in database.schema.foreign_keys}
    assert keys == {("orders.customer_id", "customers.id")}
    assert [table.primary_key for table in database.schema.tables] == [("id",), ("order_id",), ("customer_id",)]
    assert database.execute("SELECT name, tags FROM orders JOIN customers ON customer_id = id ORDER BY 1").rows == (
        ("Ann", '["a"]'),
        ("Bob", "[]"),
    )


def test_a_workbook_has_a_table_a_sheet(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.title = "Q1 sales"
    book.active.append(["Region", "Amount", "Day"])
    book.active.append(["North", 10.5, datetime.date(2020, 1, 2)])
    book.create_sheet("Empty")
    book.save(tmp_path / "b.xlsx")
    database = connect([tmp_path / "b.xlsx"])
    assert [table.name for table in database.schema.tables] == ["Q1_sales"]
    assert database.execute("SELECT * FROM Q1_sales").rows == (("North", 10.5, "2020-01-02"),)


def test_parquet_is_read_and_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS a, DATE '2020-01-01' AS day) TO '{path}'")
    database = connect([path])
    assert types(database) == {"a": "INTEGER", "day": "DATE"}
    before = database.fingerprint()
    duckdb.sql(f"COPY (SELECT 2 AS a, DATE '2020-01-02' AS day UNION ALL SELECT 3, NULL) TO '{path}'")
    assert database.execute("SELECT a FROM p ORDER BY a").rows == ((2,), (3,))
    assert database.fingerprint() != before
    assert database.distinct(database.schema.columns[1], 5) == ("2020-01-02",)


def test_files_may_follow_one_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv"):
        Path(name).write_text("x\n1\n")
    assert list(spread(["ask", "--db", "a.csv", "b.csv", "how many?"])) == [
        "ask", "--db", "a.csv", "--db", "b.csv", "how many?",
    ]  # fmt: skip
    assert list(spread(["ask", "--db", "shop.sqlite", "a.csv"])) == ["ask", "--db", "shop.sqlite", "a.csv"]
    assert list(spread(["ask", "--db", "a.csv", "absent.csv"])) == ["ask", "--db", "a.csv", "absent.csv"]


def test_the_command_line_reads_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x\n1\n")
    Path("b.csv").write_text("y\n2\n")
    monkeypatch.setattr(
        "sys.argv", ["turnsql", "sql", "--db", "a.csv", "b.csv", "--json", "SELECT x + y AS s FROM a, b"]
    )
    with pytest.raises(SystemExit) as ended:
        turnsql.main()
    assert not ended.value.code
    assert '"rows": [[3]]' in capsys.readouterr().out
