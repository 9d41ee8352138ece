"""eval/report: what it shows, that it stands alone, and that it needs no gold to be read."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.demo.build import DEMO_DATA, build
from eval.records import RunError
from eval.report.build import write_report
from eval.report.explorer.turns import explorer_data
from eval.report.inputs import Inputs, open_inputs
from eval.report.published import is_slice
from eval.report.run_view import StoredTurns, gather
from eval.report.tables import answer_table, node_table, plan_table
from eval.report.wrong_turns import (
    all_faults,
    blame_table,
    departure_table,
    mode_table,
)
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from eval.table import ReportTable, figure
from nodes.state import STAGES
from turnsql import app

DIALOGUES: list[dict[str, Any]] = json.loads((DEMO_DATA / "sql_state_tracking" / "cosql_dev.json").read_text("utf-8"))
SKIP = Path(__file__).parents[2] / "configs" / "skip.toml"


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two dialogues: of the first turn the gold, of the others the first trap, of the last no SQL."""
    build()
    folder = tmp_path_factory.mktemp("report") / "traps"
    run(RunOptions(data=DEMO_DATA, out=folder, dialogues="0:2", config=SKIP))
    records = [json.loads(line) for line in (folder / "turns.jsonl").read_text("utf-8").splitlines()]
    for record in records[:-1]:
        turn = DIALOGUES[record["dialogue"]]["interaction"][record["turn"]]
        first = record is records[0]
        record["sql"], record["outcome"] = turn["query"] if first else turn["traps"][0]["query"], "answered"
    records[1]["utterance"] = "<script>alert('x')</script> | only those from France"
    (folder / "turns.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    score(folder)
    return folder


class Links(HTMLParser):
    """Collects what a page points at, and checks that tags close."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.targets += [value for name in ("href", "src", "action") if (value := found.get(name))]
        self.ids |= {value} if (value := found.get("id")) else set()
        if tag not in ("meta", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_one_file_that_fetches_nothing_and_whose_links_lead_somewhere(scored: Path, tmp_path: Path) -> None:
    page, _ = write_report(open_inputs([scored, scored]), tmp_path)
    html = page.read_text("utf-8")
    links = Links()
    links.feed(html)
    assert links.open == []
    targets = {target.removeprefix("#") for target in links.targets if not target.startswith("#turns")}
    assert targets and targets <= links.ids
    assert "default-src 'none'" in html and "@import" not in html


def test_what_a_user_typed_is_text(scored: Path, tmp_path: Path) -> None:
    page, summary = write_report(open_inputs([scored]), tmp_path)
    assert "<script>alert" not in page.read_text("utf-8")
    assert "\\u003cscript>alert" in page.read_text("utf-8")
    assert "### Node by node" in summary.read_text("utf-8")


def test_a_run_s_name_is_no_markup_of_the_summary(scored: Path, tmp_path: Path) -> None:
    named = tmp_path / "<img src=x onerror=alert(1)> | <b>"
    shutil.copytree(scored, named)
    _, summary = write_report(open_inputs([named, scored]), tmp_path / "out")
    text = summary.read_text("utf-8")
    assert "&lt;img src=x" in text and not re.search(r"<\s*(img|b|script)\b", text)


def test_markdown_tables_are_rectangular(scored: Path, tmp_path: Path) -> None:
    _, summary = write_report(open_inputs([scored]), tmp_path)
    tables = summary.read_text("utf-8").split("\n\n")
    for table in (block.splitlines() for block in tables if block.startswith("|")):
        assert len({line.count("|") for line in table}) == 1


def test_the_explorer_tells_right_from_wrong_and_how_results_differ(scored: Path) -> None:
    view = gather(scored)
    data = explorer_data(all_faults([view]))
    answers = data["answers"][0]
    assert [answer["mark"] for answer in answers] == ["right"] + ["wrong"] * 7
    assert "difference" not in answers[0] and answers[0]["fault"] is None
    french = answers[1]["difference"]
    assert french["verdict"] == "Rows: 0 missing, 2 too many."
    assert french["gold"]["caption"] == "2 rows" and french["given"]["caption"] == "4 rows"
    assert sum(french["given"]["odd"]) == 2 and not any(french["gold"]["odd"])
    assert answers[2]["difference"]["verdict"] == "Columns: 1 in the answer, 2 in the gold."
    assert answers[-1]["difference"]["verdict"] == "The answer does not run."
    assert [stage["stage"] for stage in answers[0]["stages"]] == list(STAGES)


def test_the_explorer_shows_gold_for_every_stage_and_the_history_that_was_fed(scored: Path) -> None:
    view = gather(scored)
    data = explorer_data([(view, {})])
    second = data["turns"][1]
    assert set(second["stages"]) == set(STAGES) and second["plan"][0][0] == "select"
    assert data["answers"][0][1]["history"] == [data["turns"][0]["gold"]]


def test_runs_share_the_turns_of_the_same_data(scored: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(scored, other)
    lines = (other / "turns.jsonl").read_text("utf-8").splitlines()
    record = json.loads(lines[0])
    lines[0] = json.dumps({**record, "utterance": "Other words"})
    (other / "turns.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    data = explorer_data([(gather(scored), {}), (gather(other), {})])
    assert len(data["turns"]) == 9
    assert sum(first is not None and second is not None for first, second in zip(*data["answers"], strict=True)) == 7


def test_a_large_report_holds_the_same_turns_in_scripts_beside_the_page(
    scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = explorer_data(all_faults([gather(scored)]))
    for name, value in (
        ("build.LARGE", 4),
        ("run_view.KEPT_TURNS", 4),
        ("explorer.parts.INDEXED", 3),
        ("explorer.parts.TOGETHER", 1),
    ):
        monkeypatch.setattr(f"eval.report.{name}", value)
    assert isinstance(gather(scored).turns, StoredTurns)
    page, summary = write_report(open_inputs([scored]), tmp_path)
    held = json.loads(page.read_text("utf-8").partition('id="data">')[2].partition("</script>")[0])
    assert (held["turns"], held["answers"], held["parts"]["count"]) == ([], [[]], len(whole["turns"]))
    parts = {
        path.stem: json.loads(path.read_text("utf-8").partition(",")[2][:-3])
        for path in tmp_path.glob("report-turns/*")
    }
    bodies = [parts[f"body-{number}"] for number in range(2)]
    assert [turn for body in bodies for turn in body["turns"]] == json.loads(json.dumps(whole["turns"]))
    assert [answer for body in bodies for answer in body["answers"][0]] == json.loads(json.dumps(whole["answers"][0]))
    indexes = [parts[f"index-{number}"] for number in range(held["parts"]["indexes"])]
    assert [part["first"] for part in indexes] == [0, 3, 6] and len(parts) == 5
    assert [name for part in indexes for name in part["columns"]["id"]] == [turn["id"] for turn in whole["turns"]]
    marks = [part["words"][answer[0][0]] for part in indexes for answer in part["columns"]["answers"]]
    assert marks == [answer["mark"] for answer in whole["answers"][0]]
    assert "Failure modes" in summary.read_text("utf-8")


def test_faults_name_the_mode_and_the_first_departure(scored: Path) -> None:
    view = gather(scored)
    ((_, faults),) = all_faults([view])
    assert len(faults) == 7
    assert "filter_amnesia" in [mode for mode, _ in faults[0, 1].modes]
    assert mode_table([(view, faults)]).rows[-1] == ("wrong turns", "7")
    assert not blame_table([(view, faults)]).rows, "no ladder, no blame"
    assert sum(int(row[1]) for row in departure_table([(view, faults)]).rows) == 7


def test_runs_of_one_name_are_told_apart(scored: Path) -> None:
    names = [run.name for run in open_inputs([scored, scored]).runs]
    assert len(set(names)) == 2 and all(name.startswith(f"{scored.parent.name}/traps") for name in names)


def test_tables_follow_the_summary(scored: Path) -> None:
    view = gather(scored)
    assert answer_table([view]).rows[0][:3] == ("traps", "gold", figure(1 / 8))
    assert [row[0] for row in node_table(view).rows if row[0]] == list(STAGES)
    assert plan_table(view).columns == ("score", "this run", "its SQL", "empty plan", "copy previous")
    for table in (answer_table([view]), node_table(view), plan_table(view)):
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_published_figures_stand_beside_the_slice_only(scored: Path) -> None:
    view = gather(scored)
    slice_ = view.manifest.model_copy(update={"dialogues": "0:32", "turns": 100})
    assert is_slice(slice_) and not is_slice(view.manifest)
    assert not is_slice(slice_.model_copy(update={"history": "predicted"}))


def test_without_the_data_folder_the_report_has_no_gold(scored: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(scored, moved)
    manifest = json.loads((moved / "manifest.json").read_text("utf-8"))
    (moved / "manifest.json").write_text(json.dumps({**manifest, "data": str(tmp_path / "gone")}), "utf-8")
    view = gather(moved)
    assert view.dataset is None and {turn.gold_sql for turn in view.turns} == {None}
    page, _ = write_report(Inputs((view,)), moved)
    assert "so no gold is shown" in page.read_text("utf-8")
    assert gather(moved, DEMO_DATA).dataset


def test_a_run_without_scores_is_one_line(scored: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(scored, bare)
    (bare / "scores.jsonl").unlink()
    with pytest.raises(RunError, match="turnsql eval score"):
        gather(bare)
    with pytest.raises(RunError, match="not a run folder"):
        gather(tmp_path)


def test_a_report_that_cannot_be_written_leaves_nothing(scored: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(RunError, match="--out"):
        write_report(open_inputs([scored]), tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_the_command_prints_where_it_wrote(scored: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["eval", "report", str(scored), "--out", str(tmp_path)], catch_exceptions=False)
    assert shown.output.split() == [str(tmp_path / "report.html"), str(tmp_path / "report.md")]


def test_a_table_keeps_its_figures_on_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    Console(width=40).print(
        ReportTable("T", ("stage", "one long heading", "another one"), (("a", "1.000", ".500"),)).rich()
    )
    assert "1.000" in capsys.readouterr().out
