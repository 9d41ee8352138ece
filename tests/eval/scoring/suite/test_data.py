"""The figure of the official pairs: what the databases call equal and copies tell apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.checks.pairs import judge_pairs_on_copies

pytestmark = pytest.mark.data

SLIPS = ("where dropped", "last predicate dropped", "order dropped", "join condition dropped", "literals shifted")
SAME = ("gold", "aliases added", "columns reversed")


def judged(data_folder: Path, tmp_path: Path, lines: list[str]) -> Iterator[tuple[dict[str, str], bool | None]]:
    """Yield the pairs that the database itself calls equal, with what the copies say."""
    path = tmp_path / "pairs.jsonl"
    path.write_text("\n".join(lines))
    verdicts = judge_pairs_on_copies(path, data_folder / "database")
    for line, (verdict, on_copies) in zip(lines, verdicts, strict=True):
        if verdict.value:
            yield json.loads(line), on_copies.holds


def pairs(data_folder: Path, kinds: tuple[str, ...]) -> list[str]:
    lines = (data_folder / "scoring" / "official_verdicts.jsonl").read_text().splitlines()
    return [line for line in lines if json.loads(line)["kind"] in kinds]


def really_changed(pair: dict[str, str]) -> bool:
    """Whether a literal was shifted, and not an operator only spelt in another way."""
    gold, prediction = (sorted(re.findall(r"\d+", pair[side])) for side in ("gold", "pred"))
    return pair["kind"] != "literals shifted" or gold != prediction


def test_slips_are_told_apart(data_folder: Path, tmp_path: Path) -> None:
    found = list(judged(data_folder, tmp_path, pairs(data_folder, SLIPS)))
    told = [holds is False for pair, holds in found if really_changed(pair)]
    assert len(told) >= 24
    assert sum(told) >= 0.8 * (len(told) - 2)
    assert all(holds for pair, holds in found if not really_changed(pair))


def test_the_gold_itself_is_never_told_apart(data_folder: Path, tmp_path: Path) -> None:
    found = list(judged(data_folder, tmp_path, pairs(data_folder, SAME)[::6]))
    assert len(found) > 70
    assert all(holds for _, holds in found)
