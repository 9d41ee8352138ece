from __future__ import annotations

from pathlib import Path

import pytest

from eval.conversations.result import Rate, SuiteResult
from eval.report.gallery import Gallery
from value_index.errors import TurnSQLError


def suite(folder: Path, share: float) -> None:
    folder.mkdir(parents=True)
    rate = Rate(behaviour="<i>narrow</i>", turns=4, share=share, low=None, high=None)
    result = SuiteResult(
        suite="s.yaml",
        database="towns",
        history="own",
        repeat=1,
        turns=(),
        rates=(rate,),
        modes={},
        lost=0,
        pass_any=share,
        pass_all=share,
        failed=(),
    )
    (folder / "suite.json").write_text(result.model_dump_json())


def test_runs_are_listed_with_the_behaviours_of_suites_over_time(tmp_path: Path) -> None:
    suite(tmp_path / "a" / "monday", 0.25)
    suite(tmp_path / "tuesday", 0.75)
    gallery = Gallery(tmp_path)
    assert sorted(run.name for run in gallery.folders()) == ["a/monday", "tuesday"]
    page = gallery.index()
    assert "0.25" in page and "0.75" in page and "&lt;i&gt;narrow&lt;/i&gt;" in page and "<i>narrow" not in page
    assert '<a href="/runs/a/monday">' in page


def test_a_run_without_a_report_says_why_and_no_name_leads_out(tmp_path: Path) -> None:
    suite(tmp_path / "runs" / "broken", 0.5)
    (tmp_path / "elsewhere").mkdir()
    gallery = Gallery(tmp_path / "runs")
    assert "<h1>broken</h1>" in (gallery.page("broken") or "")
    for name in ("../elsewhere", "..", "", "nothing", "/etc/passwd"):
        assert gallery.page(name) is None


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(TurnSQLError, match="no folder"):
        Gallery(tmp_path / "nothing")
