"""A driver that is not installed is one line that names what to install."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import turnsql


@pytest.mark.parametrize(
    ("address", "module", "extra"),
    [
        ("postgresql://me:s3cr3t@h/shop", "psycopg", "turnsql[postgres]"),
        ("mysql://me:s3cr3t@h/shop", "pymysql", "turnsql[mysql]"),
        ("oracle://me:s3cr3t@h/shop", "sqlalchemy", "turnsql[sqlalchemy]"),
        ("duckdb:///shop.duckdb", "duckdb", "turnsql[duckdb]"),
    ],
)
def test_a_missing_driver_is_named(
    address: str, module: str, extra: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    if address.startswith("duckdb"):
        monkeypatch.chdir(tmp_path)
        Path("shop.duckdb").write_bytes(b"not empty")
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr("sys.argv", ["turnsql", "sql", "--db", address, "SELECT 1"])
    with pytest.raises(SystemExit) as ended:
        turnsql.main()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and said.count("\n") == 1 and extra in said and "s3cr3t" not in said
