"""The page as a person meets it who has a keyboard alone: in a headless Chromium, at a desk's width and at a phone's.

`axe.min.js` is axe-core 4.14.1 (Deque Systems, MPL-2.0) as npm has it; only the tests use it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.demo.build import DEMO_DATA, build
from tests.agent.web.web_server import WebServer
from tests.browser import CHROMIUM, Page

pytest.importorskip("uvicorn", reason="the extra `web` is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]
AXE = Path(__file__).parent / "axe.min.js"
TURNS = "document.querySelectorAll('.turn:not([aria-busy])').length"
DESK, PHONE = (1280, 900), (390, 844)
MOST_TABS = 150


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One server over the demo's airlines."""
    build()
    database = DEMO_DATA / "database" / "air_network" / "air_network.sqlite"
    with WebServer(str(database), tmp_path_factory.mktemp("web")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    """One browser for all tests."""
    with Page() as page:
        yield page


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def page(request: pytest.FixtureRequest, browser: Page, server: WebServer) -> Page:
    """The page at a desk's width and at a phone's, over a thread of its own."""
    browser.size(*request.param)
    browser.colours("light")
    opened(browser, server)
    return browser


def opened(page: Page, server: WebServer, fragment: str = "") -> None:
    page.visit(server.address + fragment)
    page.wait("document.activeElement?.id === 'question'")
    page.problems.clear()


def ask(page: Page, question: str) -> None:
    """Write a question where the cursor stands, and send it."""
    before = page.js(TURNS)
    page.type(question)
    page.press("Enter")
    page.wait(f"{TURNS} === {before + 1} && document.activeElement.id === 'question' && !document.body.ariaBusy")


def go_to(page: Page, key: str, press: str = "Tab") -> None:
    """Tab to what bears a key; a key may be named by its beginning."""
    there = f"document.activeElement.closest('[data-key]')?.dataset.key.startsWith({json.dumps(key)})"
    for _ in range(MOST_TABS):
        if page.js(f"Boolean({there})"):
            outline = page.js("getComputedStyle(document.activeElement).outlineStyle")
            assert outline in ("solid", "auto"), f"one does not see that one is at {key}"
            return
        page.press(press)
    raise AssertionError(f"no Tab leads to {key}")


def use(page: Page, key: str, *keys: str) -> None:
    """Tab to what bears a key, press it, and wait until the server has answered."""
    go_to(page, key)
    page.press(*(keys or ("Enter",)))
    page.wait("!document.body.ariaBusy")


def rows(page: Page) -> list[list[str]]:
    """Return the rows that the latest answer shows."""
    one = page.js("document.querySelector('.last .number')?.textContent ?? null")
    cells = "[...document.querySelectorAll('.last > .result tbody tr')].map((it) => [...it.cells].map((c) => c.textContent))"
    return [[one]] if one is not None else page.js(cells)


def text(page: Page, selector: str) -> str:
    return page.js(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''")


def downloaded(folder: Path) -> str:
    """Return the text of the file that the browser saves."""
    end = time.monotonic() + 60
    while not (found := [path for path in folder.iterdir() if path.suffix in (".csv", ".jsonl")]):
        assert time.monotonic() < end, "nothing was saved"
        time.sleep(0.05)
    return found[0].read_text("utf-8")


def accessible(page: Page) -> list[Any]:
    """Return what axe-core finds serious or worse."""
    if not page.js("'axe' in window"):
        page.js(AXE.read_text("utf-8") + ";0")
    found = page.js(
        "axe.run().then((it) => it.violations.map((v) => [v.impact, v.id, v.nodes.map((n) => n.failureSummary)]))"
    )
    return [each for each in found if each[0] in ("serious", "critical")]


def test_the_opening_dialogue_by_keyboard(page: Page, tmp_path: Path) -> None:
    ask(page, "Which airlines fly to Boston?")
    assert len(rows(page)) == 12
    assert "Boston" in text(page, ".chips")
    ask(page, "Only show the ones from France.")
    assert rows(page) == [["Air Garonne"], ["Lumière Airways"]]
    assert "from question 1" in text(page, ".chip:nth-child(1)") and "from this question" in text(page, ".chips")
    assert text(page, "#live").startswith("2 rows. Confidence")
    ask(page, "Also show when each was founded.")
    assert rows(page) == [["Air Garonne", "1987"], ["Lumière Airways", "2006"]]
    assert page.js("[...document.querySelectorAll('.table.lit summary')].map((it) => it.firstChild.textContent)") == [
        "country", "city", "airport", "airline", "route",
    ]  # fmt: skip
    assert page.js("document.documentElement.scrollWidth <= innerWidth"), "nothing runs over the edge"
    assert accessible(page) == []

    go_to(page, "chip 0", "Shift+Tab")
    use(page, "chip 0")
    assert "Boston" not in text(page, ".chips") and "France" in text(page, ".chips")
    assert len(rows(page)) == 4
    assert page.js("document.activeElement.closest('.chip, .last') !== null"), "one stays where one was"

    use(page, "sort 1")
    use(page, "sort 1")
    founded = [int(row[1]) for row in rows(page)]
    assert founded == sorted(founded, reverse=True)
    assert page.js("document.querySelector('.last th[aria-sort]').getAttribute('aria-sort')") == "descending"

    page.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    use(page, "csv")
    saved = downloaded(tmp_path)
    assert saved.splitlines()[0] == "name,founded" and "Lumière Airways,2006" in saved and len(saved.splitlines()) == 5
    assert page.problems == []


def test_a_plan_field_is_changed_and_only_the_last_stages_run(page: Page) -> None:
    ask(page, "Which airlines fly to Boston?")
    assert "6 stages" in text(page, ".last .stages > summary")
    go_to(page, "plan/limit")
    page.type("3")
    page.press("Enter")
    page.wait("document.querySelectorAll('.last > .result tbody tr').length === 3")
    assert "2 stages ran again" in text(page, ".last .stages > summary")
    assert "LIMIT 3" in page.js("document.querySelector('.last textarea').value")
    assert page.js("document.activeElement.dataset.key") == "plan/limit", "one stays in the field"

    go_to(page, "plan/where/right/0", "Shift+Tab")
    page.press("Control+a")
    page.type("Chicago")
    page.press("Enter")
    page.wait("document.querySelector('.chips').textContent.includes('Chicago')")

    go_to(page, "plan/order add-summary")
    page.press("Enter")
    use(page, "plan/order add-button")
    page.wait("document.querySelector('.last textarea').value.includes('ORDER BY')")
    go_to(page, "plan/order/0 direction", "Shift+Tab")
    page.press("ArrowDown")
    page.wait("document.querySelector('.last textarea').value.includes('DESC')")
    assert [row[0] for row in rows(page)] == sorted((row[0] for row in rows(page)), reverse=True)
    assert page.problems == []


def test_another_reading_is_taken(page: Page) -> None:
    ask(page, "How many flights does each airline have?")
    before = page.js("document.querySelector('.last textarea').value")
    go_to(page, "readings-summary", "Shift+Tab")
    page.press("Enter")
    use(page, "reading 0")
    page.wait(f"document.querySelector('.last textarea').value !== {json.dumps(before)}")
    page.wait("document.getElementById('live').textContent.includes('Other reading taken')")
    assert page.problems == []


def test_an_answer_is_kept_exported_and_deleted(page: Page, tmp_path: Path) -> None:
    ask(page, "Which airlines fly to Boston?")
    assert "0 kept answers" in text(page, ".kept > summary")
    use(page, "keep", "Enter")
    page.wait("document.querySelector('.kept > summary').textContent === '1 kept answer'")
    assert "Kept as right" in text(page, ".last .toolbar")
    assert page.js("document.activeElement.dataset.key") == "keep", "one stays where one was"
    page.reload()
    page.wait("document.querySelector('.last .done')?.textContent.includes('Kept')")
    if page.js("innerWidth") < 500:
        go_to(page, "menu", "Shift+Tab")
        page.press("Enter")
    go_to(page, "kept")
    page.press("Enter")
    page.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    use(page, "export-kept")
    assert "Which airlines fly to Boston?" in downloaded(tmp_path)
    use(page, "kept ")
    page.wait("document.querySelector('.kept > summary').textContent === '0 kept answers'")
    assert "Keep this answer" in text(page, ".last .toolbar")
    assert page.problems == []


def test_a_thread_goes_on_after_the_server_was_killed(server: WebServer, page: Page) -> None:
    ask(page, "Which airlines fly to Boston?")
    ask(page, "Only show the ones from France.")
    thread = page.js("location.hash")
    server.kill()
    page.type("Also show when each was founded.")
    page.press("Enter")
    page.wait("!document.getElementById('problem').hidden")
    assert "does not answer" in text(page, "#problem")
    assert page.js("document.getElementById('question').value") == "Also show when each was founded."
    assert len(rows(page)) == 2, "what was answered stands"
    server.start()
    go_to(page, "again", "Shift+Tab")
    page.press("Enter")
    page.wait(f"{TURNS} === 3")
    assert rows(page) == [["Air Garonne", "1987"], ["Lumière Airways", "2006"]]

    server.kill()
    server.start()
    opened(page, server, thread)
    page.wait("document.querySelectorAll('.last > .result tbody tr').length === 2")
    assert page.js(TURNS) == 3
    ask(page, "How many are there?")
    assert rows(page) == [["2"]]


def test_sql_is_changed_and_run_and_writes_nothing(page: Page) -> None:
    ask(page, "How many airlines are there?")
    assert rows(page) == [["29"]]
    for sql, given in (("SELECT 6 * 7 AS answer", "42"), ("DELETE FROM airline", "read")):
        go_to(page, "sql", "Shift+Tab")
        page.press("Control+a")
        page.type(sql)
        page.press("Control+Enter")
        page.wait(f"document.querySelector('.sql-box .result').textContent.includes({json.dumps(given)})")
    ask_again = "document.getElementById('question').focus()"
    page.js(ask_again)
    ask(page, "How many airlines are there?")
    assert rows(page) == [["29"]]


def test_rows_are_drawn(page: Page) -> None:
    ask(page, "How many airlines are there in each country?")
    use(page, "as Chart", "Enter")
    page.wait("document.querySelector('.last .chart rect')")
    assert page.js("document.querySelectorAll('.last .chart rect').length") == page.js(
        "Number(document.querySelector('.last .above p').textContent.split(' ')[0])"
    )
    assert accessible(page) == []
    page.colours("dark")
    assert accessible(page) == []
    assert page.problems == []
