"""`turnsql serve`: a vLLM server from a file of configs/vllm, waited for until it answers, watched until it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import yaml

from agent.config import ConfigError
from value_index.errors import TurnSQLError
from value_index.files.folders import shipped

MODULE = "vllm.entrypoints.openai.api_server"
"""Started as a module: the `vllm` command of the CPU package looks for its metadata under another name and fails."""
LAST_WORDS = ("error", "exception")
ENDING = ("SIGTERM", "SIGHUP", "SIGQUIT")
"""Signals that end this process, and the server with it: a closed terminal must not leave a card taken."""
PR_SET_PDEATHSIG = 1
QUIET = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}


class ServerError(TurnSQLError):
    """A server that cannot be started, or that ended."""


@dataclass(frozen=True)
class ServeOptions:
    """What is served, over what the file says."""

    config: Path
    """The settings of vLLM: `vllm serve --config` takes the file too."""
    model: str | None = None
    name: str | None = None
    """What clients call the model."""
    adapters: tuple[str, ...] = ()
    """`NAME=FOLDER` words."""
    port: int | None = None
    python: str = sys.executable
    """The interpreter that has vLLM."""
    log: Path = Path("runs") / "vllm.log"
    wait: float = 600.0
    """Seconds the start may take."""
    environment: Mapping[str, str] | None = None
    """The environment of the server; None is this process's own."""


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    process: subprocess.Popen[bytes]
    base_url: str
    models: tuple[str, ...]
    """What clients may name, the base first."""
    log: Path
    program: str = "vLLM"

    def stop(self) -> None:
        """End the server and every process that it started."""
        for asked, seconds in ((signal.SIGTERM, 15), (signal.SIGKILL, 15)):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, asked)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
                break
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def watch(self) -> None:
        """Return when the server ends.

        Raises:
            ServerError: it always ends so; the line says with what status, and its last words.
        """
        raise ServerError(f"{self.program} ended with status {self.process.wait()}: {last_words(self.log)}")


@contextmanager
def serving(options: ServeOptions, *, say: Callable[[float], object] = lambda seconds: None) -> Generator[Server]:
    """Start a server, wait until it answers, and stop it at the end of the block.

    Args:
        say: is told every second how long the start has taken.

    Raises:
        ConfigError: the file, an adapter or the port cannot be used.
        ServerError: vLLM is missing, ended, or did not answer in time.
    """
    settings = read_settings(options.config)
    host, port = str(settings.get("host", "127.0.0.1")), _port(options, settings)
    model = options.model or settings.get("model")
    if not isinstance(model, str):
        raise ConfigError(f"{options.config} names no model: give --model")
    named = options.name or settings.get("served-model-name") or model
    adapters = tuple(_adapter(word) for word in options.adapters)
    refuse_taken(host, port)
    _refuse_missing(options.python)
    command = [
        options.python,
        "-m",
        MODULE,
        "--config",
        str(shipped(options.config)),
        "--host",
        host,
        "--port",
        str(port),
    ]
    command += ["--model", model, "--served-model-name", str(named)]
    command += ["--enable-lora", "--lora-modules", *options.adapters] if adapters else []
    options.log.parent.mkdir(parents=True, exist_ok=True)
    with options.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_parent if sys.platform == "linux" else None,
            env=_environment(options, eager=bool(settings.get("enforce-eager"))),
        )
    server = Server(process, f"http://{host}:{port}/v1", (str(named), *adapters), options.log)
    try:
        wait_until_well(server, f"http://{host}:{port}/health", options.wait, say)
        yield server
    finally:
        server.stop()


def read_settings(path: Path) -> dict[str, Any]:
    """Read a file of configs/vllm.

    Raises:
        ConfigError: it cannot be read, or is no table.
    """
    try:
        found = yaml.safe_load(shipped(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot read the server's settings ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not a YAML file ({' '.join(str(error).split())})") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: holds no settings of vLLM (KEY: VALUE lines)")
    return found


def last_words(log: Path) -> str:
    """Return the last line of a log that names an error, else its last line, and where the log is."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if any(f"{word}: " in line.lower() for word in LAST_WORDS)]
    said = (telling or lines or ["it said nothing"])[-1]
    return f"{said[-300:]} (log: {log})"


def _environment(options: ServeOptions, *, eager: bool) -> dict[str, str]:
    """Return the server's environment; where nothing is to be compiled, the first request for probabilities is not either."""
    given = os.environ if options.environment is None else options.environment
    return {**given, **QUIET, **({"TORCHDYNAMO_DISABLE": "1"} if eager else {})}


def _port(options: ServeOptions, settings: Mapping[str, Any]) -> int:
    found = options.port or settings.get("port", 8000)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 < found < 65536:
        raise ConfigError(f"{options.config}: port {found!r} is none: give a number from 1 to 65535, or --port")
    return found


def end_with_parent() -> None:
    """Ask Linux to end the server when this process is killed, which no handler sees."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _adapter(word: str) -> str:
    name, equals, folder = word.partition("=")
    if not equals or not name:
        raise ConfigError(f"{word!r} is not NAME=FOLDER")
    if not (Path(folder) / "adapter_config.json").is_file():
        raise ConfigError(f"the adapter {folder!r} holds no adapter_config.json: give the folder that training wrote")
    return name


def refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"port {port} of {host} cannot be used ({error.strerror}): stop what listens there, or give --port"
            ) from error


def _refuse_missing(python: str) -> None:
    asked = "import importlib.util as u, sys; sys.exit(u.find_spec('vllm') is None)"
    try:
        missing = subprocess.run([python, "-c", asked], capture_output=True, check=False).returncode
    except OSError as error:
        raise ServerError(
            f"cannot run {python!r} ({error.strerror}): give --python the interpreter that has vLLM"
        ) from error
    if missing:
        raise ServerError(
            f"{python} has no vLLM: uv pip install -e '.[serve]', or without a GPU make .venv-vllm, then --python .venv-vllm/bin/python"
        )


def wait_until_well(server: Server, health: str, most: float, say: Callable[[float], object]) -> None:
    """Wait until the server says that it is well."""
    started = time.monotonic()
    while (spent := time.monotonic() - started) < most:
        status = server.process.poll()
        if status is not None:
            raise ServerError(f"{server.program} ended with status {status} while it started: {last_words(server.log)}")
        with suppress(URLError, OSError), urlopen(health, timeout=5) as answer:
            if answer.status == 200:
                return
        say(spent)
        time.sleep(1.0)
    raise ServerError(f"{server.program} did not answer within {most:g} s (--wait): {last_words(server.log)}")


def shown(server: Server) -> Iterable[str]:
    """Return what a user needs to know of a server that answers."""
    yield f'base_url = "{server.base_url}"'
    yield from (f'model = "{name}"' for name in server.models)
