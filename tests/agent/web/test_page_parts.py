"""Parts of the page over answers that the demo's questions do not give: questions back, and plans of every kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agent.revision.plan_of_turn import plan_of
from eval.demo.build import DEMO_DATA, build
from nodes.plan.model import Plan
from tests.agent.web.test_page_in_browser import accessible, opened
from tests.agent.web.web_server import WebServer
from tests.browser import CHROMIUM, Page
from value_index.opened import opened as opened_database

pytest.importorskip("uvicorn", reason="the extra `web` is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]
DATABASE = DEMO_DATA / "database" / "air_network" / "air_network.sqlite"
PLANS = (
    "SELECT name FROM airline WHERE founded BETWEEN 1980 AND 2000 OR alliance IS NULL",
    "SELECT name FROM airline WHERE country_code IN ('FR', 'IE') AND NOT (founded > 1990 OR name LIKE 'A%')",
    "SELECT name FROM airline WHERE founded > (SELECT avg(founded) FROM airline)",
    "SELECT name FROM airline WHERE airline_id NOT IN (SELECT airline_id FROM route WHERE distance_km > 5000)",
    "SELECT country_code, count(DISTINCT alliance) FROM airline GROUP BY country_code HAVING count(*) > 1 "
    "ORDER BY max(founded) DESC LIMIT 3 OFFSET 1",
    "SELECT name FROM airline WHERE country_code = 'FR' UNION SELECT name FROM city WHERE country_code = 'FR'",
    "SELECT name, CASE WHEN founded < 1990 THEN 'old' ELSE 'new' END, founded + 1 FROM airline",
    "SELECT a.name, b.name FROM airport AS a JOIN airport AS b ON a.city_id = b.city_id WHERE a.iata < b.iata",
    "SELECT max(n) FROM (SELECT count(*) AS n FROM route GROUP BY airline_id)",
    "SELECT name FROM city AS c WHERE EXISTS (SELECT 1 FROM airport AS a WHERE a.city_id = c.city_id)",
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page over the demo's airlines."""
    build()
    with WebServer(str(DATABASE), tmp_path_factory.mktemp("web")) as server, Page() as browser:
        browser.size(1280, 900)
        opened(browser, server)
        yield browser


def drawn(page: Page, plan: Plan) -> Any:
    """Draw a plan in the place of the page's own; changes are written to `sent`."""
    answer = json.dumps({"plan": plan.model_dump(mode="json"), "sql": "SELECT"})
    return page.js(
        "(async () => { const { drawPlan } = await import('/static/plan/form.js');"
        " window.sent = []; window.base ??= await (await fetch('/api/database')).json();"
        f" drawPlan(document.getElementById('plan-form'), {answer}, window.base, {{ plan: (it) => sent.push(it) }}); }})()"
    )


@pytest.mark.parametrize("sql", PLANS)
def test_every_plan_is_a_form_and_stays_a_plan(page: Page, sql: str) -> None:
    plan = plan_of(sql, opened_database([str(DATABASE)]).schema)
    assert plan
    drawn(page, plan)
    page.js("document.querySelectorAll('#plan-form details').forEach((it) => { it.open = true; })")
    assert accessible(page) == []
    # Each select and each value is changed to what it is, one after the other: what is sent must be a plan.
    page.js(
        "document.querySelectorAll('#plan-form .fields select, #plan-form .junction > select').forEach((it) =>"
        " it.dispatchEvent(new Event('change', { bubbles: true })))"
    )
    sent = page.js("sent")
    assert sent
    assert [Plan.model_validate(each) for each in sent] == [plan] * len(sent)
    drawn(page, plan)
    page.js("document.querySelectorAll('#plan-form .fields .icon').forEach((it) => it.click())")
    for each in page.js("sent"):
        Plan.model_validate(each)
    assert page.problems == []


def test_a_question_back_is_answered_by_a_press(page: Page) -> None:
    answer: dict[str, Any] = {
        "number": 1,
        "question": "Which?",
        "sql": "SELECT 1",
        "columns": ["a"],
        "rows": [["x"], ["y"]],
    }
    answer["doubt"] = {"question": "Which is meant?", "readings": ["select a", "select b"], "reading": 3}
    show = (
        "(async (given) => { const { turnArticle } = await import('/static/turn.js'); window.told = [];"
        " const actions = { reading: (it) => told.push(it), settle: () => told.push('settled') };"
        " document.getElementById('conversation').replaceChildren(turnArticle(given, { thread: 't', last: true, place: 1, actions })); })"
    )
    page.js(f"{show}({json.dumps(answer)})")
    page.js("document.querySelectorAll('.doubt button').forEach((it) => it.click())")
    assert page.js("told") == ["settled", 3]
    assert accessible(page) == []
    answer["doubt"] = {"question": "What does 'big' mean?", "readings": [], "reading": None}
    page.js(f"{show}({json.dumps(answer)})")
    assert page.js("document.querySelector('.doubt').textContent") == "What does 'big' mean?"
    assert page.js("document.querySelectorAll('.doubt button').length") == 0
