"""The server of a chain: base and adapters by vLLM, or by llama.cpp, and what an endpoint says to reach each."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.serving.llamacpp import LlamaOptions, asked_for, serving_llamacpp
from agent.serving.vllm import ServeOptions, Server, serving
from training.experiments.steps import free_port, status_of
from training.settings import TrainingError

BASE = "base"
"""What clients call the model that nothing was added to."""
LLAMACPP = "llama.cpp"
"""What the settings say in place of a file of vLLM's."""


@dataclass(frozen=True)
class Served:
    """A server that answers, and the settings of an endpoint that asks base or adapter."""

    server: Server
    endpoints: Mapping[str, Mapping[str, Any]]
    """Keyed by adapter, and `base`."""

    def endpoint(self, adapter: str | None) -> dict[str, Any]:
        """Return the settings over those of an agent's endpoint."""
        return {"base_url": self.server.base_url, **self.endpoints[adapter or BASE]}


@contextmanager
def by_vllm(
    settings: Path, model: str, adapters: Mapping[str, Path], *, python: str, log: Path, environment: Mapping[str, str]
) -> Generator[Served]:
    """Start vLLM, which knows adapters by name."""
    words = tuple(f"{name}={folder}" for name, folder in adapters.items())
    options = ServeOptions(
        settings, model, name=BASE, adapters=words, port=free_port(), python=python, log=log, wait=1800.0,
        environment={**environment, **os.environ},
    )  # fmt: skip
    with serving(options) as server:
        yield Served(server, {BASE: {"model": BASE}, **{n: {"model": n, "adapter_of": BASE} for n in adapters}})


@contextmanager
def by_llamacpp(
    model: Path,
    adapters: Mapping[str, Path],
    *,
    python: str,
    server_python: str,
    log: Path,
    context: int,
    environment: Mapping[str, str],
) -> Generator[Served]:
    """Start llama.cpp, which is told in every request which of its adapters is at work.

    Args:
        python: converts adapters; it has gguf.

    Raises:
        TrainingError: The model is no folder with a GGUF file, or an adapter cannot be converted.
    """
    weights = model / "model.gguf"
    if not weights.exists():
        raise TrainingError(
            f"{weights} is not there: llama.cpp serves a GGUF file, so name one as model, or serve by vLLM"
        )
    files = [_converted(folder, model, python) for folder in adapters.values()]
    options = LlamaOptions(
        weights, free_port(), tuple(files), python=server_python, context=context, log=log, environment={**environment, **os.environ}
    )  # fmt: skip
    with serving_llamacpp(options) as server:
        places = {BASE: None, **{name: place for place, name in enumerate(adapters)}}
        bodies = {name: {"extra_body": asked_for(place, len(files))} for name, place in places.items()}
        yield Served(server, {name: {"model": name, **body, "grammar": "grammar"} for name, body in bodies.items()})


def _converted(folder: Path, model: Path, python: str) -> Path:
    out = folder.with_suffix(".gguf")
    words = [python, "-m", "turnsql", "train", "to-gguf", str(folder), "--base", str(model), "--out", str(out)]
    if not out.is_file() and status_of(words):
        raise TrainingError(f"cannot convert {folder} for llama.cpp: see what is said above")
    return out
