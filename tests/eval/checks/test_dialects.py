"""The demo's golds through every dialect: all are written, read back to the same text, and told no error."""

from __future__ import annotations

from eval.checks.dialects import score_dialects
from eval.demo.build import DEMO_DATA, build


def test_the_demo_can_be_said_in_every_dialect() -> None:
    build()
    found = score_dialects("cosql", DEMO_DATA, "dev")
    assert found.golds == found.parsed == found.planned == 72 and found.false_alarms == 0
    assert [one.dialect for one in found.written] == ["sqlite", "duckdb", "postgres", "mysql", "ansi"]
    assert all((one.written, one.stable, one.false_alarms) == (72, 72, 0) for one in found.written), found
    assert "72 golds in sqlite" in found.table().title
