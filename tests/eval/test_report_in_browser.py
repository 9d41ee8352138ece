"""report.html as a person meets it: a thousand turns in a headless Chromium, by mouse, by keyboard, on a phone's width."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import load
from eval.demo.build import DEMO_DATA, build
from eval.report.build import write_report
from eval.report.inputs import open_inputs
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from nodes.state import STAGES
from tests.browser import CHROMIUM, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]
COPIES = 14
"""Of the demo's 72 turns: a thousand."""
OPENS_IN_SECONDS = 2.0


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Two runs of 1,008 turns: the embedded default, and the same with the words alone; made once for all workers."""
    root = tmp_path_factory.getbasetemp()
    folder = (root if worker_id == "master" else root.parent) / "thousand"
    with (folder.parent / "thousand.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder / "report.html" if (folder / "report.html").exists() else _make_report(folder)


def _make_report(folder: Path) -> Path:
    build()
    folder.mkdir()
    archive = _repeated_archive(folder / "archive")
    runs: list[Path] = []
    for name, nodes in (("default", ()), ("words", ("plan_emission=lexical",))):
        once = folder / f"{name}-once"
        run(RunOptions(data=DEMO_DATA, out=once, nodes=nodes))
        score(once)
        runs.append(_repeated_run(once, folder / name, archive))
    page, _ = write_report(open_inputs(runs), folder)
    return page


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """One browser for all tests."""
    with Page() as page:
        yield page


@pytest.fixture
def page(browser: Page) -> Page:
    """The browser at a desktop's size, with nothing noted yet."""
    browser.problems.clear()
    browser.fetched.clear()
    browser.size(1280, 900)
    browser.colours("light")
    return browser


def _repeated_archive(folder: Path) -> Path:
    dialogues = json.loads((DEMO_DATA / "sql_state_tracking" / "cosql_dev.json").read_text("utf-8"))
    (folder / "sql_state_tracking").mkdir(parents=True)
    (folder / "sql_state_tracking" / "cosql_dev.json").write_text(json.dumps(dialogues * COPIES), "utf-8")
    shutil.copytree(DEMO_DATA / "database", folder / "database")
    shutil.copy(DEMO_DATA / "tables.json", folder)
    return folder


def _repeated_run(once: Path, folder: Path, archive: Path) -> Path:
    """Write a run's files as if its dialogues had come again and again; the means stay as they are."""
    dataset = load("cosql", archive, "dev")
    shutil.copytree(once, folder)
    for name in ("turns.jsonl", "scores.jsonl"):
        lines = [json.loads(line) for line in (once / name).read_text("utf-8").splitlines()]
        distance = len(dataset.dialogues) // COPIES
        repeated = ({**line, "dialogue": line["dialogue"] + n * distance} for n in range(COPIES) for line in lines)
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in repeated), "utf-8")
    manifest = json.loads((once / "manifest.json").read_text("utf-8"))
    manifest |= {"data": str(archive), "rows_sha256": dataset.rows_sha256, "turns": dataset.turns}
    manifest["dialogues"] = f"0:{len(dataset.dialogues)}"
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def data_of(report: Path) -> dict[str, Any]:
    """The data that the page holds."""
    text = report.read_text("utf-8").partition('id="data">')[2].partition("</script>")[0]
    return json.loads(text)


def choose(page: Page, name: str, value: str) -> None:
    """Set a filter as a person would: the page hears of it."""
    page.js(
        f"(() => {{ const it = document.querySelector('#filters [name={name}]'); it.value = {json.dumps(value)};"
        " it.dispatchEvent(new Event('input', { bubbles: true })); })()"
    )
    assert page.js(f"document.querySelector('#filters [name={name}]').value") == value


def found(page: Page) -> int:
    """How many turns the filters leave."""
    return int(page.js("document.getElementById('count').textContent").split()[0])


def click(page: Page, selector: str) -> None:
    """Click the first match, wherever it is."""
    page.js(f"document.querySelector({json.dumps(selector)}).click()")


@pytest.mark.parametrize("fragment", ["", "#turns"])
def test_a_thousand_turns_open_in_two_seconds_and_nothing_is_fetched(report: Path, fragment: str) -> None:
    with Page() as fresh:
        fresh.size(1280, 900)
        # Seconds of the page's own processor time: other tests run beside this one.
        fresh.send("Performance.enable", timeDomain="threadTicks")
        fresh.open(report, fragment)
        fresh.wait("document.querySelectorAll('#turn-list li').length || document.querySelector('.chart svg')")
        metrics = {it["name"]: it["value"] for it in fresh.send("Performance.getMetrics")["metrics"]}
        wall = fresh.js("performance.getEntriesByType('navigation')[0].loadEventEnd")
        print(
            f"{fragment or 'figures'}: {metrics['TaskDuration']:.2f} s of processor time, loaded after {wall / 1000:.2f} s"
        )
        assert metrics["TaskDuration"] < OPENS_IN_SECONDS
        assert {it for it in fresh.fetched if not it.startswith("about:")} == {report.resolve().as_uri()}
        assert fresh.problems == []


def test_every_chart_is_drawn(report: Path, page: Page) -> None:
    page.open(report)
    page.wait("document.querySelectorAll('.chart svg').length === document.querySelectorAll('[data-chart]').length")
    assert page.js("document.querySelectorAll('[data-chart]').length") >= 3
    assert page.js("[...document.querySelectorAll('.chart svg')].every((it) => it.querySelector('rect, circle, path'))")
    assert page.problems == []


def test_filters_leave_the_turns_they_say(report: Path, page: Page) -> None:
    data = data_of(report)
    turns, answers = data["turns"], data["answers"][0]
    page.open(report, "#turns")
    assert found(page) == len(turns) == 1008
    for name, value, keeps in (
        ("outcome", "wrong", lambda t, a: a["mark"] == "wrong"),
        ("database", "clinic", lambda t, a: t["database"] == "clinic"),
        ("failure", "projection_drift", lambda t, a: a["fault"] and "projection_drift" in dict(a["fault"]["modes"])),
        ("stage", "plan_emission", lambda t, a: a["fault"] and a["fault"]["stage"] == "plan_emission"),
        ("feature", "join", lambda t, a: "join" in t["features"]),
        ("hardness", "easy", lambda t, a: t["hardness"] == "easy"),
        ("turn", "2", lambda t, a: t["turn"] == 1),
        ("turn", ">4", lambda t, a: t["turn"] >= 4),
        ("text", "France", lambda t, a: "france" in f"{t['utterance']} {t['gold']} {a['sql']}".lower()),
    ):
        choose(page, name, value)
        assert found(page) == sum(bool(keeps(t, a)) for t, a in zip(turns, answers, strict=True)), (name, value)
        assert (found(page) > 0 or value == ">4") and found(page) < 1008
        click(page, "#filters [type=reset]")
    assert found(page) == 1008
    choose(page, "database", "clinic")
    choose(page, "outcome", "right")
    both = [t["database"] == "clinic" and a["mark"] == "right" for t, a in zip(turns, answers, strict=True)]
    assert found(page) == sum(both)
    assert page.problems == []


def test_a_dialogue_opens_with_every_stages_input_and_output(report: Path, page: Page) -> None:
    page.open(report, "#turns")
    click(page, "#turn-list li:nth-child(2) a")
    page.wait("document.querySelector('article.chosen .stage')")
    page.js("document.querySelectorAll('article.chosen .stage').forEach((it) => { it.open = true; })")
    page.wait("[...document.querySelectorAll('article.chosen .stage')].every((it) => it.querySelector('pre'))")
    stages = page.js("[...document.querySelectorAll('article.chosen .stage')].map((it) => it.textContent)")
    assert [stage.split("lexical")[0].split("fuzzy")[0].strip()[:6] for stage in stages][:2] == ["dialog", "schema"]
    assert len(stages) == len(STAGES)
    for stage in stages:
        assert "input" in stage and "output" in stage and "gold would give" in stage
        assert "Only show the ones from France" in stage, "its utterance is part of the input"
    assert "from plan emission" in stages[4] and "from plan emission" not in stages[3]
    page.js("history.back()")
    page.wait("!document.querySelector('article')")
    assert page.problems == []


def test_two_runs_are_compared(report: Path, page: Page) -> None:
    data = data_of(report)
    first, second = data["answers"]
    pairs = list(zip(first, second, strict=True))
    page.open(report, "#turns")
    choose(page, "b", "1")
    for outcome, marks in (
        ("broken", ("right", "wrong")),
        ("both_wrong", ("wrong", "wrong")),
        ("fixed", ("wrong", "right")),
    ):
        choose(page, "outcome", outcome)
        assert found(page) == sum((a["mark"], b["mark"]) == marks for a, b in pairs), outcome
    choose(page, "outcome", "broken")
    assert found(page) > 0
    click(page, "#turn-list a")
    page.wait("document.querySelector('article.chosen .plans')")
    heads = page.js("[...document.querySelectorAll('article.chosen .plans thead th')].map((it) => it.textContent)")
    assert heads == ["clause", "gold", "A", "B"]
    assert page.js("document.querySelectorAll('article.chosen .plans td.odd').length") > 0
    assert page.js("document.querySelectorAll('article.chosen mark').length") > 0
    assert "Blamed: " in page.js("document.querySelector('article.chosen').textContent")
    assert "A: the gold's rows. B: " in page.js("document.querySelector('article.chosen').textContent")
    assert page.problems == []


def test_the_keyboard_reaches_everything(report: Path, page: Page) -> None:
    page.open(report, "#turns?outcome=wrong&b=1&a=0")
    seen: list[str] = []
    for _ in range(60):
        page.press("Tab")
        seen.append(page.js("(document.activeElement.name || document.activeElement.textContent || '').slice(0, 40)"))
        if page.js("document.activeElement.closest('#turn-list') !== null"):
            break
    controls = ["a", "b", "outcome", "database", "failure", "stage", "feature", "hardness", "turn", "text"]
    assert [name for name in seen if name in controls] == controls
    assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid", "one sees where one is"
    page.press("Enter")
    page.wait("document.querySelector('article.chosen')")
    assert page.js("document.activeElement.tagName") == "H3", "a reader is taken to the dialogue"
    before = page.js("location.hash")
    page.press("j")
    page.wait(f"location.hash !== {json.dumps(before)} && document.querySelector('a[rel=prev]')")  # it is drawn too
    page.press("k")
    page.wait(f"location.hash === {json.dumps(before)}")
    reached: set[str] = set()
    for _ in range(40):
        page.press("Tab")
        reached.add(page.js("document.activeElement.closest('article') ? document.activeElement.tagName : ''"))
        if "SUMMARY" in reached:  # a short dialogue ends soon after, and Escape in a filter's field is the field's
            break
    assert "SUMMARY" in reached
    page.press("Escape")
    page.wait("!document.querySelector('article')")
    page.press("/")
    assert page.js("document.activeElement.name") == "text"
    assert page.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_runs_over_the_edge(report: Path, page: Page, scheme: str) -> None:
    page.size(390, 844)
    page.colours(scheme)
    for fragment in ("", "#turns", "#turns?b=1&a=0&at=cosql-dev/0/1"):
        page.open(report, fragment)
        page.wait("document.querySelectorAll('.chart svg').length || document.querySelectorAll('#turn-list li').length")
        assert page.js("document.documentElement.scrollWidth") <= 390, fragment
    assert page.js("getComputedStyle(document.getElementById('found')).display") == "none", (
        "the dialogue takes its place"
    )
    click(page, "#dialogue a.back")
    page.wait("getComputedStyle(document.getElementById('found')).display !== 'none'")
    smallest = page.js(
        "Math.min(...[...document.querySelectorAll('#turns-view *')].map((it) => parseFloat(getComputedStyle(it).fontSize)))"
    )
    assert smallest >= 12
    ground = page.js("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert page.problems == []


@pytest.mark.parametrize(
    "fragment",
    ["?a=constructor", "?b=__proto__&page=toString", "?a=99999999999999999999&at=constructor", "?at=cosql-dev%2F-1%2Fx",
     "?outcome=hasOwnProperty&stage=valueOf&feature=%3Cimg%20src=x%20onerror=alert(1)%3E", "?page=-1", "?%E0%A4%A=1&text=%5B("],
)  # fmt: skip
def test_an_odd_address_is_no_error(report: Path, page: Page, fragment: str) -> None:
    page.open(report, f"#turns{fragment}")
    page.wait("document.getElementById('count').textContent")
    assert page.problems == []


def test_a_large_report_reads_its_turns_from_scripts_beside_it(
    report: Path, tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page from the disk: the figures are there at once, the list and a dialogue come when they are looked at."""
    for name, value in (
        ("build.LARGE", 1000),
        ("run_view.KEPT_TURNS", 100),
        ("explorer.parts.INDEXED", 50),
        ("explorer.parts.TOGETHER", 20),
    ):
        monkeypatch.setattr(f"eval.report.{name}", value)
    folders = [report.parent / "default-once", report.parent / "words-once"]
    whole, _ = write_report(open_inputs(folders), tmp_path / "small")
    monkeypatch.setattr("eval.report.build.LARGE", 10)
    monkeypatch.setattr("eval.report.run_view.KEPT_TURNS", 10)
    large, _ = write_report(open_inputs(folders), tmp_path / "large")
    embedded = data_of(whole)
    assert data_of(large)["turns"] == [] and large.stat().st_size < whole.stat().st_size
    page.open(large)
    page.wait("document.querySelector('.chart svg')")
    assert [it for it in page.fetched if "report-turns" in it] == []
    page.open(large, "#turns?b=1")
    page.wait("document.querySelectorAll('#turn-list li').length")
    assert found(page) == len(embedded["turns"]) == 72
    choose(page, "outcome", "differ")
    differing = found(page)
    page.open(whole, "#turns?b=1")
    choose(page, "outcome", "differ")
    assert found(page) == differing
    shown: list[str] = []
    for path in (whole, large):
        page.open(path, f"#turns?at={embedded['turns'][40]['id']}&b=1")
        page.wait("document.querySelector('article.chosen pre')")
        shown.append(page.js("document.getElementById('dialogue').innerText"))
    assert shown[0] == shown[1] and page.problems == []
