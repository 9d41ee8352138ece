"""`turnsql serve` with a server that stands in for vLLM: what it waits for, and what it says where nothing comes up."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.config import ConfigError
from agent.serving.vllm import ServeOptions, ServerError, serving
from tests.agent.conftest import ROOT

STANDS_IN = """
import http.server, sys
if "--model" in sys.argv and sys.argv[sys.argv.index("--model") + 1] == "broken":
    print("INFO: starting"); print("ValueError: no such model"); sys.exit(3)
port = int(sys.argv[sys.argv.index("--port") + 1])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if "slow" in sys.argv else 200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def python(tmp_path: Path) -> str:
    """An interpreter that finds a module in the place of vLLM's server."""
    package = tmp_path / "vllm" / "entrypoints" / "openai"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").touch()
    (package / "api_server.py").write_text(STANDS_IN)
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nPYTHONPATH="{tmp_path}" exec "{sys.executable}" "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


def options(tmp_path: Path, python: str, model: str = "m", **changes: object) -> ServeOptions:
    config = tmp_path / "server.yaml"
    config.write_text(f"model: {model}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"port": port, "python": python, "log": tmp_path / "log", **changes}
    return ServeOptions(config=config, **given)  # type: ignore[arg-type]


def test_it_waits_until_the_server_answers_and_stops_it(tmp_path: Path, python: str) -> None:
    with serving(options(tmp_path, python)) as server:
        assert server.process.poll() is None
        assert server.models == ("m",) and server.base_url.endswith("/v1")
    assert server.process.poll() is not None


def test_a_server_that_ends_says_its_last_words(tmp_path: Path, python: str) -> None:
    with (
        pytest.raises(ServerError, match="status 3 while it started: ValueError: no such model"),
        serving(options(tmp_path, python, model="broken")),
    ):
        pass


def test_a_server_that_is_killed_later_ends_the_watch(tmp_path: Path, python: str) -> None:
    with serving(options(tmp_path, python)) as server:
        server.process.kill()
        with pytest.raises(ServerError, match="ended with status -9"):
            server.watch()


def test_the_wait_has_an_end(tmp_path: Path, python: str) -> None:
    with (
        pytest.raises(ServerError, match="did not answer within"),
        serving(options(tmp_path, python, wait=2.0, name="slow")),
    ):
        pass


def test_a_missing_vllm_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="has no vLLM"), serving(options(tmp_path, sys.executable)):
        pass


def test_a_taken_port_is_one_line(tmp_path: Path, python: str) -> None:
    given = options(tmp_path, python)
    with socket.socket() as other:
        assert given.port
        other.bind(("127.0.0.1", given.port))
        other.listen()
        with pytest.raises(ConfigError, match=f"port {given.port} of 127.0.0.1"), serving(given):
            pass


def test_an_adapter_must_be_one(tmp_path: Path, python: str) -> None:
    with (
        pytest.raises(ConfigError, match="adapter_config"),
        serving(options(tmp_path, python, adapters=(f"a={tmp_path}",))),
    ):
        pass
    with pytest.raises(ConfigError, match="NAME=FOLDER"), serving(options(tmp_path, python, adapters=("a",))):
        pass


@pytest.mark.parametrize("text", ["- a\n", "model: [", "port: 8000\n"])
def test_settings_that_are_none(tmp_path: Path, python: str, text: str) -> None:
    given = options(tmp_path, python)
    given.config.write_text(text)
    with pytest.raises(ConfigError), serving(given):
        pass


@pytest.mark.parametrize("port", ["abc", "99999", "-1", "true", "[1]"])
def test_a_port_that_is_none_is_one_line(tmp_path: Path, python: str, port: str) -> None:
    given = options(tmp_path, python, port=None)
    given.config.write_text(f"model: m\nport: {port}\n")
    with pytest.raises(ConfigError, match="give a number from 1 to 65535"), serving(given):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="a parent's end is told on Linux alone")
@pytest.mark.parametrize("sign", [signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGKILL])
def test_no_signal_leaves_the_server_running(tmp_path: Path, python: str, sign: signal.Signals) -> None:
    given = options(tmp_path, python)
    words = [
        "serve",
        "--config",
        str(given.config),
        "--port",
        str(given.port),
        "--python",
        python,
        "--log",
        str(given.log),
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "turnsql", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None and "base_url" in process.stdout.readline()
        process.send_signal(sign)
        process.wait(60)
    until = time.monotonic() + 20
    while time.monotonic() < until and _answers(given.port or 0):
        time.sleep(0.1)
    assert not _answers(given.port or 0)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
