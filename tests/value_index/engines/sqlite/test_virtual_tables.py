"""Virtual tables are read like others; what only their module, or another program, understands costs only itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.value_index.engines.sqlite.library import make_library
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import DatabaseError
from value_index.index import ValueIndex


@pytest.fixture
def library(tmp_path: Path) -> Database:
    return SQLiteDatabase.open(make_library(tmp_path / "library.sqlite"))


def make(path: Path, script: str, function: bool = False) -> Database:
    connection = sqlite3.connect(path)
    if function:
        connection.create_function("my_rule", 1, lambda x: x, deterministic=True)
    connection.executescript(script)
    connection.close()
    return SQLiteDatabase.open(path)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT title FROM search WHERE search MATCH 'soup*'", (("Winter soups",),)),
        ("SELECT count(*) FROM search", ((2,),)),
        ("SELECT title FROM search WHERE search MATCH 'tomatoes' ORDER BY rank", (("Growing tomatoes",),)),
        ("SELECT highlight(search, 0, '<', '>') FROM search WHERE search MATCH 'soups'", (("Winter <soups>",),)),
        ("SELECT rowid FROM mail WHERE mail MATCH 'letter'", ((7,),)),
        ("SELECT note FROM [old notes] WHERE note MATCH 'roses'", (("water the roses",),)),
        ("SELECT note FROM older WHERE older MATCH 'apple'", (("prune the apple tree",),)),
        ("SELECT id FROM bed WHERE x1 > 1", ((1,),)),
        ("SELECT cnt FROM words WHERE term = 'soups'", ((1,),)),
        ("SELECT a.id, t.value FROM article a, json_each(a.tags) t", ((1, "new"), (1, "web"))),
        ("SELECT 1 WHERE 2 IN (SELECT value FROM json_each('[1,2]'))", ((1,),)),
        ("SELECT count(*) FROM json_tree('[1]')", ((2,),)),
        ("SELECT tag FROM tagged WHERE tag IS NOT NULL", (("new",),)),
        ("SELECT title FROM article WHERE json_extract(tags, '$[0]') = 'new'", (("Growing tomatoes",),)),
    ],
)
def test_virtual_tables_and_json_are_read(library: Database, sql: str, rows: tuple[tuple[object, ...], ...]) -> None:
    assert library.execute(sql).rows == rows, library.execute(sql)
    assert library.check(sql).outcome == "checked"


def test_inner_tables_are_hidden_and_a_table_named_alike_is_not(library: Database) -> None:
    names = [table.name for table in library.schema.tables]
    assert names == ["article", "tagged", "search", "mail", "old notes", "older", "bed", "words", "search_log"]
    assert library.schema.omits("SEARCH_data") and not library.schema.omits("search_log")
    assert library.notes == ()


def test_columns_of_a_full_text_table_are_texts_and_its_own_name_is_a_column(library: Database) -> None:
    table = library.schema.table("search")
    assert table is not None
    assert [column.kind for column in table.columns] == ["text", "text"]
    assert table.hidden == ("search", "rank")


def test_values_of_virtual_tables_are_matched(library: Database) -> None:
    index = ValueIndex.build(library)
    found = {(str(match.column), match.value) for match in index.lookup("Ada Reed")}
    assert found == {("article.author", "Ada Reed"), ("search.author", "Ada Reed")}
    assert index.lookup("water the roses")[0].column.table == "old notes"


def test_a_change_by_another_program_is_seen(library: Database) -> None:
    assert library.execute("SELECT count(*) FROM search").rows == ((2,),)
    connection = sqlite3.connect(library.path)
    connection.executescript(
        "INSERT INTO article VALUES (3, 'Bread', 'Ada Reed', '[]'); ALTER TABLE article ADD COLUMN year INT;"
        "INSERT INTO search (search) VALUES ('rebuild')"
    )
    connection.close()
    assert library.execute("SELECT title FROM search WHERE search MATCH 'bread'").rows == (("Bread",),)
    assert library.execute("SELECT year FROM article WHERE id = 3").rows == ((None,),)


MISSING = """
CREATE TABLE sale (id INTEGER PRIMARY KEY, shop TEXT, twice AS (my_rule(shop)));
INSERT INTO sale (shop) VALUES ('North');
CREATE INDEX by_rule_index ON sale (my_rule(shop));
CREATE VIEW by_rule AS SELECT id FROM sale WHERE my_rule(shop);
"""


def test_an_unknown_function_costs_the_column_or_view_that_needs_it(tmp_path: Path) -> None:
    database = make(tmp_path / "a.sqlite", MISSING, function=True)
    assert [table.name for table in database.schema.tables] == ["sale"]
    assert database.notes == ("'by_rule' cannot be read: no such function: my_rule",)
    index = ValueIndex.build(database)
    assert [match.value for match in index.lookup("north")] == ["North"]
    skipped = {str(column.ref): column.skipped for column in index.values.columns}
    assert skipped["sale.shop"] == "" and "unknown function: my_rule" in skipped["sale.twice"]


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ("USING fts5(a, tokenize = 'elsewhere')", "no such tokenizer"),
        ("USING fts4(a, tokenize=elsewhere)", "unknown tokenizer"),
        ("USING elsewhere(a)", "no such module"),
    ],
)
def test_an_unknown_tokenizer_or_module_costs_its_table(tmp_path: Path, declared: str, reason: str) -> None:
    path = tmp_path / "a.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('Rome')")
    connection.executescript(
        f"PRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES ('table', 'doc', 'doc', 0,"
        f' "CREATE VIRTUAL TABLE doc {declared}")'
    )
    connection.close()
    database = SQLiteDatabase.open(path)
    assert [table.name for table in database.schema.tables] == ["city"]
    assert len(database.notes) == 1 and reason in database.notes[0]
    assert ValueIndex.build(database).lookup("rome")[0].value == "Rome"


def test_a_view_over_too_many_tables_costs_itself(tmp_path: Path) -> None:
    joined = ", ".join(f"city c{i}" for i in range(65))
    script = (
        f"CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('Rome'); CREATE VIEW wide AS SELECT 1 x FROM {joined}"
    )
    database = make(tmp_path / "a.sqlite", script)
    index = ValueIndex.build(database)
    assert index.lookup("rome")[0].value == "Rome"
    assert "at most 64 tables" in [column.skipped for column in index.values.columns][-1]


def test_a_schema_that_this_sqlite_cannot_read_is_not_called_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE t (x); PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET sql = 'CREATE TABLE t (x) OF THE FUTURE' WHERE name = 't'"
    )
    connection.close()
    with pytest.raises(DatabaseError, match=r"cannot read, or is damaged: .*try a newer") as caught:
        SQLiteDatabase.open(path)
    assert "corrupt" not in str(caught.value)
