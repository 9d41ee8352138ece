"""The build hook: which imports the wheel renames, and which it refuses."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """The hook as a module; hatchling itself is only in a build's own environment."""
    stands_in = ModuleType("hatchling.builders.hooks.plugin.interface")
    stands_in.BuildHookInterface = object  # type: ignore[attr-defined]
    name = stands_in.__name__
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = stands_in
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
        if before:
            sys.modules[name] = before
    return module


@pytest.mark.parametrize(
    ("source", "renamed"),
    [
        ("from nodes.plan import Plan", "from turnsql.nodes.plan import Plan"),
        ("from nodes import plan as p", "from turnsql.nodes import plan as p"),
        ("import nodes.plan as p", "import turnsql.nodes.plan as p"),
        (
            "if x:\n    from  eval import (\n        gold,\n    )",
            "if x:\n    from  turnsql.eval import (\n        gold,\n    )",
        ),
        ("from . import plan\nimport json", "from . import plan\nimport json"),
        ("from evaluate import nodes\nimport nodes_of", "from evaluate import nodes\nimport nodes_of"),
        ('"""Like nodes.plan."""\nwhat = "nodes are"', '"""Like nodes.plan."""\nwhat = "nodes are"'),
        ("ü = 1; from nodes import state", "ü = 1; from turnsql.nodes import state"),
    ],
)
def test_the_imports_of_our_packages_are_renamed(hook: ModuleType, source: str, renamed: str) -> None:
    assert hook.prefixed(source.encode(), "a.py").decode() == renamed


@pytest.mark.parametrize(
    "source",
    [
        "import nodes.plan",
        "import nodes",
        "import json, nodes",
        'run("eval.loopback")',
        'run("a; from eval.b import c")',
    ],
)
def test_what_cannot_be_renamed_fails_the_build(hook: ModuleType, source: str) -> None:
    with pytest.raises(ValueError, match=r"a\.py:1: "):
        hook.prefixed(source.encode(), "a.py")


def test_the_whole_checkout_can_be_renamed(hook: ModuleType, tmp_path: Path) -> None:
    """The renamed command starts, and takes no module from the checkout."""
    hook.rename(ROOT, tmp_path / "turnsql")
    assert not list(tmp_path.rglob("*.sqlite")) and (tmp_path / "turnsql" / "py.typed").is_file()
    script = (
        "import sys, turnsql.__main__; print(*(m for m in sys.modules if m.split('.')[0] in "
        + repr(hook.PACKAGES)
        + "))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {script}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
