"""Every file in configs/ is loaded by what reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import Config
from agent.graph import build_graph

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
AGENTS = sorted(path for path in CONFIGS.rglob("*.toml") if "training" not in path.parts)


def test_no_file_is_left_out() -> None:
    assert {path for path in CONFIGS.rglob("*") if path.is_file()} == set(AGENTS)
    assert AGENTS


@pytest.mark.parametrize("path", AGENTS, ids=lambda path: str(path.relative_to(CONFIGS)))
def test_an_agent_can_be_built(path: Path) -> None:
    config = Config.load(path)
    build_graph(config.nodes(), max_attempts=config.graph.max_attempts)
