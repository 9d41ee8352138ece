"""Records as Parquet: read, scored, resumed and packed into a bundle like lines of JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb
import pytest

from eval.analysis.bundle import bundle
from eval.analysis.identity import identity
from eval.demo.build import build
from eval.record_chain import edited_lines
from eval.records import read_alone, read_manifest, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.merge import merge_shards
from eval.runs.parquet import pack_records, unpack_records
from eval.runs.run import run
from eval.scoring.score import score
from value_index.errors import TurnSQLError

LEXICAL = Path("configs/lexical.toml")


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    return RunOptions(
        data=build()[0].parents[2], out=tmp_path / "run", config=LEXICAL, dialogues="0:2", records="parquet"
    )


def test_a_run_is_read_scored_and_bundled_from_parquet(options: RunOptions, tmp_path: Path) -> None:
    counts = run(options)
    names = {path.name for path in options.out.iterdir()}
    assert names == {"manifest.json", "turns.parquet", "alone.parquet"}
    assert edited_lines(options.out, read_manifest(options.out)) == ()
    score(options.out)
    with_lines = RunOptions(data=options.data, out=tmp_path / "lines", config=LEXICAL, dialogues="0:2")
    assert run(with_lines) == counts
    score(with_lines.out)
    assert not identity(options.out, with_lines.out).differing
    for name in ("scores.jsonl", "summary.json"):
        assert (options.out / name).read_bytes() == (with_lines.out / name).read_bytes()
    assert bundle(options.out).stat().st_size > 1000
    asked = duckdb.connect().execute(f"SELECT count(*) FROM '{options.out}/turns.parquet'").fetchone()
    assert asked == (counts.answered,)


def test_packing_and_unpacking_gives_the_same_bytes(options: RunOptions) -> None:
    run(options)
    unpack_records(options.out)
    before = {path.name: path.read_bytes() for path in options.out.glob("*.jsonl")}
    turns, alone = read_turns(options.out), read_alone(options.out)
    pack_records(options.out)
    assert (read_turns(options.out), read_alone(options.out)) == (turns, alone)
    unpack_records(options.out)
    assert {path.name: path.read_bytes() for path in options.out.glob("*.jsonl")} == before
    assert not list(options.out.glob("*.parquet"))


def test_a_packed_run_goes_on(options: RunOptions) -> None:
    run(options)
    unpack_records(options.out)
    lines = (options.out / "turns.jsonl").read_bytes().splitlines(keepends=True)
    (options.out / "turns.jsonl").write_bytes(b"".join(lines[:2]))
    pack_records(options.out)
    resumed = run(RunOptions(**{**vars(options), "resume": True}))
    assert resumed.kept == 2 and (options.out / "turns.parquet").exists()
    assert len(read_turns(options.out)) == len(lines)


def test_shards_are_joined_into_parquet(options: RunOptions, tmp_path: Path) -> None:
    parts = [tmp_path / "1", tmp_path / "2"]
    for place, out in enumerate(parts, start=1):
        run(RunOptions(**{**vars(options), "out": out, "shard": f"{place}/2"}))
    run(options)
    merge_shards(parts, tmp_path / "whole", records="parquet")
    assert not identity(options.out, tmp_path / "whole").differing


def test_what_is_no_parquet_file_is_one_line(options: RunOptions) -> None:
    run(options)
    (options.out / "turns.parquet").write_bytes(b"no Parquet")
    with pytest.raises(TurnSQLError, match=r"turns\.jsonl"):
        read_turns(options.out)


def test_without_the_driver_nothing_begins(options: RunOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(TurnSQLError, match=r"turnsql\[duckdb\]"):
        run(options)
    assert not os.path.exists(options.out)
