"""Nothing leaves the machine unasked: a loopback collector stands where LangSmith and any proxy would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from eval.demo.build import DEMO_DATA, build

ROOT = Path(__file__).resolve().parents[1]
QUESTION = "Which airlines are from France?"


@contextmanager
def collector() -> Iterator[tuple[str, list[str]]]:
    """Serve an address that takes whatever is sent to it and remembers the paths."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(202)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_CONNECT = do_PATCH = do_POST

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()


def sent(*words: str, typed: str = "") -> tuple[int, list[str]]:
    """Run `turnsql WORDS` with every variable set that makes LangChain upload; its status and what was sent."""
    with collector() as (address, seen):
        traced = {f"{prefix}_{name}": value for prefix in ("LANGSMITH", "LANGCHAIN") for name, value in {
            "TRACING": "true" if prefix == "LANGSMITH" else "", "TRACING_V2": "true", "ENDPOINT": address,
            "API_KEY": "x", "PROJECT": "p",
        }.items() if value}  # fmt: skip
        proxies = {"HTTP_PROXY": address, "HTTPS_PROXY": address, "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(
            [sys.executable, "-m", "turnsql", *words],
            cwd=ROOT, env={**os.environ, **traced, **proxies}, input=typed.encode(), capture_output=True, timeout=300,
            check=False,
        )  # fmt: skip
        return done.returncode, list(seen)


@pytest.fixture(scope="module")
def database() -> Path:
    return build()[0]


def test_a_question_stays_on_the_machine(database: Path) -> None:
    assert sent("ask", "--db", str(database), QUESTION) == (0, [])


def test_a_run_stays_on_the_machine(database: Path, tmp_path: Path) -> None:
    words = ("eval", "run", "--data", str(DEMO_DATA), "--dialogues", "0:1", "--out", str(tmp_path / "run"))
    assert sent(*words) == (0, [])


def test_a_conversation_stays_on_the_machine(database: Path, tmp_path: Path) -> None:
    store = ("--store", str(tmp_path / "store.sqlite"))
    assert sent("chat", "--db", str(database), *store, typed=f"{QUESTION}\n/undo\n") == (0, [])


def test_the_first_tracing_of_langchain_is_no_error(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGCHAIN_TRACING", "true")
    words = [sys.executable, "-m", "turnsql", "ask", "--db", str(database), QUESTION]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_our_own_setting_lets_it_trace(database: Path, tmp_path: Path) -> None:
    config = tmp_path / "traced.toml"
    config.write_text((ROOT / "configs" / "skip.toml").read_text() + "\n[graph]\ntracing = true\n")
    assert any("runs" in path for path in sent("ask", "--db", str(database), "--config", str(config), QUESTION)[1])
