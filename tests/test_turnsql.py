"""The command itself: what it loads before it knows what is asked of it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("langgraph", "langchain_core", "numpy", "openai", "pydantic", "rapidfuzz", "scipy", "sqlglot")


def test_the_command_loads_nothing_heavy_before_it_is_needed() -> None:
    script = f"import sys, turnsql; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []
