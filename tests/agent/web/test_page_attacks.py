"""A database, a question and an address that would be script if the page read any of them as markup."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.agent.web.test_page_in_browser import ask, opened, rows
from tests.agent.web.web_server import WebServer
from tests.browser import CHROMIUM, Page

pytest.importorskip("uvicorn", reason="the extra `web` is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]
SCRIPT = "<img src=x onerror=\"document.body.dataset.taken='1'\"><script>document.body.dataset.taken='1'</script>"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    """A server over a database whose names and values are script."""
    with WebServer(str(hostile(tmp_path)), tmp_path) as running:
        yield running


def hostile(folder: Path) -> Path:
    """Make a database whose names and values are script."""
    path = folder / "hostile.sqlite"
    name = '"ship<img src=x onerror=alert(1)>"'
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE ship (id INTEGER PRIMARY KEY, name TEXT, {name} TEXT)")
        database.execute(f'CREATE TABLE {name} (id INTEGER PRIMARY KEY, "</script><b>" TEXT)')
        database.executemany("INSERT INTO ship (name) VALUES (?)", [(SCRIPT,), ("Ann",), ("=1+1",)])
        database.commit()
    return path


def test_nothing_is_read_as_markup(server: WebServer) -> None:
    with Page() as page:
        page.size(1280, 900)
        opened(page, server, f"#thread={SCRIPT.replace(' ', '%20').replace('/', '')}")
        ask(page, "Show the names of the ships.")
        assert [SCRIPT] in rows(page)
        ask(page, f"Show the ship named {SCRIPT}")
        page.wait("document.querySelectorAll('#schema .table').length === 2")
        page.js("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
        page.wait("document.querySelectorAll('#schema .table li').length === 5")
        assert page.js("document.querySelectorAll('img, b > *, script:not([src])').length") == 0
        assert page.js("document.body.dataset.taken ?? ''") == ""
        assert page.js("document.querySelector('.last h2').textContent").endswith(SCRIPT)
        ours = [it for it in page.fetched if not it.startswith(("about:", "blob:"))]
        assert all(it.startswith(server.address) for it in ours), "nothing is fetched from elsewhere"
        assert page.problems == []


def test_the_token_of_the_printed_address_is_taken_out_of_sight(tmp_path: Path) -> None:
    token = "correct-horse-battery"
    with WebServer(str(hostile(tmp_path)), tmp_path, "--token", token) as server, Page() as page:
        page.visit(server.address)
        page.wait("document.activeElement?.name === 'token'")
        page.type("wrong-horse-battery")
        page.press("Enter")
        page.wait("document.activeElement?.name === 'token' && document.activeElement.value === ''")
        page.type(token)
        page.press("Enter")
        page.wait("document.querySelectorAll('#schema .table').length === 2")
        page.js("sessionStorage.clear()")
        page.visit(f"{server.address}#token={token}")
        page.wait("document.querySelectorAll('#schema .table').length === 2")
        assert token not in page.js("location.href")
        assert not any(token in address for address in page.fetched if "#" not in address)
