"""serving_llamacpp: llama.cpp's server with one model and its adapters, waited for until it answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.serving.vllm import Server, ServerError, end_with_parent, refuse_taken, wait_until_well

PROGRAM = Path(__file__).parent / "llamacpp_server.py"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class LlamaOptions:
    """What is served, and by which interpreter."""

    model: Path
    """A GGUF file."""
    port: int
    adapters: tuple[Path, ...] = ()
    """GGUF files; none is at work unless a request asks for it (`asked_for`)."""
    python: str = sys.executable
    """The interpreter that has xllamacpp."""
    context: int = 4096
    threads: int = 1
    log: Path = Path("runs") / "llamacpp.log"
    wait: float = 600.0
    """Seconds the start may take."""
    environment: Mapping[str, str] | None = None


@contextmanager
def serving_llamacpp(options: LlamaOptions) -> Generator[Server]:
    """Start a server, wait until it answers, and stop it at the end of the block.

    Raises:
        ConfigError: the port is taken.
        ServerError: xllamacpp is missing, or the server ended or did not answer in time.
    """
    refuse_taken(HOST, options.port)
    asked = "import importlib.util as u, sys; sys.exit(u.find_spec('xllamacpp') is None)"
    if subprocess.run([options.python, "-c", asked], capture_output=True, check=False).returncode:
        raise ServerError(f"{options.python} has no xllamacpp: pip install --no-deps xllamacpp, then --python")
    words = [options.python, str(PROGRAM), str(options.model), "--port", str(options.port)]
    words += ["--context", str(options.context), "--threads", str(options.threads)]
    words += [word for path in options.adapters for word in ("--lora", str(path))]
    options.log.parent.mkdir(parents=True, exist_ok=True)
    with options.log.open("wb") as log:
        process = subprocess.Popen(
            words, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=end_with_parent if sys.platform == "linux" else None, env=options.environment,
        )  # fmt: skip
    server = Server(process, f"http://{HOST}:{options.port}/v1", ("default",), options.log, "llama.cpp")
    try:
        wait_until_well(server, f"http://{HOST}:{options.port}/health", options.wait, lambda seconds: None)
        yield server
    finally:
        server.stop()


def asked_for(place: int | None, adapters: int) -> dict[str, Any]:
    """Return what a request says so that one adapter is at work, or none.

    >>> asked_for(1, 2)
    {'lora': [{'id': 0, 'scale': 0.0}, {'id': 1, 'scale': 1.0}]}
    """
    return {"lora": [{"id": number, "scale": float(number == place)} for number in range(adapters)]}
