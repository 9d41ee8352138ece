"""Addresses: what is read from them, and that a password in one comes out nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

import turnsql
from value_index.connect import absolute, connect, shown_name
from value_index.connection.address import PASSWORD, Address
from value_index.engines.sqlalchemy.address import OtherAddress
from value_index.errors import DatabaseError

SECRET = "s3cr3t-Pa55"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"postgresql://me:{SECRET}@db.example:5433/shop", "postgresql://me@db.example:5433/shop"),
        (f"postgres://me:{SECRET}@[::1]:5433/shop", "postgresql://me@[::1]:5433/shop"),
        (f"POSTGRESQL://me:{SECRET}@h/shop?sslmode=require", "postgresql://me@h/shop?sslmode=require"),
        (f"postgresql://h/shop?password={SECRET}&schema=a,b", "postgresql://h/shop?schema=a,b"),
        (f"mariadb://a%40b:{SECRET}%2F%3A@h/sh%20op", "mysql://a%40b@h/sh%20op"),
        ("postgresql:///shop", "postgresql:///shop"),
    ],
)
def test_the_text_of_an_address_has_no_password_and_is_an_address(text: str, shown: str) -> None:
    address = Address.parse(text, {})
    assert str(address) == shown == absolute(text)
    assert Address.parse(shown, {}) == address.model_copy(update={"password": None})
    assert SECRET not in f"{address!r} {address} {address.model_dump()} {address.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "shown", "name"),
    [
        (f"oracle+oracledb://me:{SECRET}@h:1521/shop", "oracle+oracledb://me@h:1521/shop", "shop"),
        (
            f"mssql+pyodbc://me:{SECRET}%2F%40@h/shop?driver=ODBC%20Driver",
            "mssql+pyodbc://me@h/shop?driver=ODBC%20Driver",
            "shop",
        ),
        (
            f"snowflake://me@account/db/public?token={SECRET}&role=x",
            "snowflake://me@account/db/public?role=x",
            "public",
        ),
        (
            f"firebird+firebird://me:{SECRET}@//data/shop.fdb?charset=UTF8",
            "firebird+firebird://me@//data/shop.fdb?charset=UTF8",
            "shop",
        ),
    ],
)
def test_the_text_of_another_address_has_no_password_and_is_an_address(text: str, shown: str, name: str) -> None:
    address = OtherAddress.parse(text, {})
    assert str(address) == shown == absolute(text) and shown_name(text) == name
    assert str(OtherAddress.parse(shown, {PASSWORD: SECRET})) == shown
    assert SECRET in address.with_secrets() and any(SECRET in secret for secret in address.secret_texts())
    assert SECRET not in f"{address!r} {address} {address.model_dump()} {address.model_dump_json()}"


def test_a_sqlite_address_is_the_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="no database at"):
        connect([f"sqlite:///{tmp_path}/shop.sqlite"])
    assert absolute("sqlite:////data/shop.sqlite") == "/data/shop.sqlite"


def test_the_parts_of_an_address_are_decoded() -> None:
    address = Address.parse("mysql://a%40b:p%2Fw@h:3307/sh%20op?ssl_ca=%2Fca.pem", {})
    assert (address.user, address.host, address.port, address.database) == ("a@b", "h", 3307, "sh op")
    assert address.password is not None and address.password.get_secret_value() == "p/w"
    assert address.option("ssl_ca") == "/ca.pem" and address.option("ssl_key") is None


def test_the_environment_gives_the_password_that_an_address_lacks() -> None:
    def read(text: str) -> str:
        password = Address.parse(text, {PASSWORD: "kept"}).password
        return password.get_secret_value() if password else ""

    assert (read("postgresql://me@h/shop"), read("postgresql://me:given@h/shop")) == ("kept", "given")


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://me:SECRET/x@h/shop",  # what should have been written as %2F
        "postgresql://me:SECRET#x@h/shop",
        "postgresql://me:SECRET?x@h/shop",
        "postgresql://me:12/SECRET@h/shop",
        "postgresql://me:SECRET@x@h/shop",
        "postgresql://me:SECRET@h:port/shop",
        "postgresql://me:SECRET@h",
        "postgresql://me:SECRET@h/",
        "postgresql://me:SECRET@h/shop?sslmod=require",
        "postgresql://me@h/shop?SECRET=1",
        "postgresql://me@h/shop?pasword=SECRET",
        "mysql://me:SECRET@h/shop/more",
        "oracle://me:SECRET@h/shop",
        "postgresql+psycopg2://me:SECRET@h/shop",
        "oracle://me:SECRET/x@h/shop",
        "oracle://me:SECRET@x@h/shop?a=b@c",
        "nobase://me:SECRET@h/shop",
        "sqlite+pysqlcipher://:SECRET@h/shop",
        "http://me:SECRET@h/shop",
        "me:SECRET@postgresql://h/shop",
        "postgresql:/me:SECRET@h/shop",
        "mysql:me:SECRET@h/shop",
        "host=h user=me password=SECRET dbname=shop",
        "Server=h;Uid=me;Pwd=SECRET;",
    ],
)
def test_an_address_that_cannot_be_read_is_one_line_without_its_password(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["turnsql", "sql", "--db", text.replace("SECRET", SECRET), "SELECT 1"])
    with pytest.raises(SystemExit) as ended:
        turnsql.main()
    said = capsys.readouterr()
    assert ended.value.code == 2 and said.out == ""
    assert said.err.count("\n") == 1 and said.err.startswith("turnsql: ")
    assert SECRET not in said.err


@pytest.mark.parametrize(
    ("text", "name"),
    [("shop", "shop"), ("%2E%2E%2Fx", "_x"), ("a%2Fb%20c", "a_b_c"), ("..", "database"), ("größe", "größe")],
)
def test_files_are_called_after_the_database_and_lie_where_they_should(text: str, name: str) -> None:
    assert Address.parse(f"postgresql://h/{text}", {}).file_name == name


def test_an_address_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    for other in (f"postgresql://me:{SECRET}@h/shop", "duckdb:///b.duckdb"):
        with pytest.raises(DatabaseError, match="stands alone") as raised:
            connect([tmp_path / "a.csv", other])
        assert SECRET not in str(raised.value)


def test_a_report_names_the_database_alone() -> None:
    assert shown_name(f"postgresql://me:{SECRET}@h/shop?schema=a") == "shop"
    assert shown_name("folder/shop.sqlite") == "shop"
