"""README.md and `docs/`: what is generated is up to date, links lead somewhere, figures stand where they may."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate.figures import ANSWERS, figures_of, fill, places, read_figures
from docs.generate.pages import ROOT, generated, prose
from eval.ablation.run import ablate
from eval.analysis.history_gap import run_histories
from eval.runs.experiment import RunOptions
from tests.eval.archive import make_archive

DOCS = ROOT / "docs"
README = ROOT / "README.md"
_FENCED = re.compile(r"```.*?```", re.S)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_FIGURE = re.compile(r"(?<![\w.])[01]?\.\d{3}\b|\b\d+(?:\.\d+)? ?%")
_TABLE = re.compile(r"<!-- figures: .*?-->\n(?:\|.*\n)*")


def test_what_is_generated_is_up_to_date() -> None:
    stale = [path.relative_to(ROOT) for path, text in generated(ROOT).items() if path.read_text("utf-8") != text]
    assert stale == [], "run `make docs`"


def test_the_readme_is_short() -> None:
    lines = README.read_text("utf-8").splitlines()
    assert 150 <= len(lines) <= 200
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("page", prose(ROOT), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = _LINK.findall(_FENCED.sub("", page.read_text("utf-8")))
    assert [link for link in links if "://" not in link and not (page.parent / link).is_file()] == []


def test_every_page_is_in_the_navigation() -> None:
    listed = set(re.findall(r"[\w-]+(?:/[\w-]+)?\.md", (ROOT / "mkdocs.yml").read_text("utf-8")))
    assert listed == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}


def test_the_first_page_leads_to_every_page() -> None:
    linked = set(_LINK.findall((DOCS / "index.md").read_text("utf-8")))
    assert linked == {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"index.md"}


def test_figures_stand_in_the_results_alone() -> None:
    for page in prose(ROOT):
        if page.parent.name == "results":
            continue
        text = _TABLE.sub("", _FENCED.sub("", page.read_text("utf-8")))
        assert _FIGURE.findall(text.replace("95 %", "")) == [], page


def test_every_table_of_figures_is_known() -> None:
    known = read_figures()
    for page in prose(ROOT):
        for name, table in places(page.read_text("utf-8")):
            assert table in known[name].tables, page


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make figures` leaves, over a small archive."""
    folder = tmp_path_factory.mktemp("figures")
    data = make_archive(folder / "archive")
    ablate(RunOptions(data=data, out=folder / "ladder"))
    run_histories(RunOptions(data=data, out=folder / "history"))
    for name in ANSWERS:
        (folder / name).symlink_to(folder / "ladder" / "base")
    return folder


def test_make_figures_writes_every_table_of_the_pages(runs: Path) -> None:
    found = figures_of(runs)
    text = README.read_text("utf-8") + (DOCS / "results" / "cosql.md").read_text("utf-8")
    asked = {(page, table) for page, table in places(text) if page in found and table != "provenance"}
    assert asked == {(page, table) for page, figures in found.items() for table in figures.tables}
    filled = fill(text, found)
    assert places(filled) == places(text) and fill(filled, found) == filled != text


def test_figures_whose_runs_are_absent_stay_as_they_are(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "history").symlink_to(runs / "history")
    assert list(figures_of(tmp_path)) == ["history"]
