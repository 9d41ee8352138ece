"""run_test_cases: the benchmark's own Python that judges a task which changes its database, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from eval.datasets.bird_interact.tasks import Phase
from eval.interact.judge.execution import DEADLINE
from eval.interact.judge.sandbox import ConnectionRecipe
from value_index.models import FrozenModel

SECONDS = 5 * DEADLINE
"""How long all test cases of a phase may take."""
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV", "PGPASSFILE")
"""The variables of the environment that the process gets: no key of ours."""
_PACKAGE = __package__ or ""
_ROOT = Path(__file__).parents[len(_PACKAGE.split("."))]
"""The folder in which the process finds our packages, of a checkout or of a wheel."""


class CaseRequest(FrozenModel):
    """What the process is given."""

    recipe: ConnectionRecipe
    database: str
    submission: str
    gold: tuple[str, ...]
    test_cases: tuple[str, ...]
    ordered: bool


class CaseResult(FrozenModel):
    """What it gives back."""

    outcome: Literal["right", "wrong", "error", "timeout", "test case fails"]
    detail: str = ""


def run_test_cases(recipe: ConnectionRecipe, phase: Phase, sql: str, database: str) -> CaseResult:
    """Run the submission on the copy, then every test case of the phase; the first that fails decides."""
    request = CaseRequest(
        recipe=recipe,
        database=database,
        submission=sql,
        gold=phase.sol_sql,
        test_cases=phase.test_cases,
        ordered=phase.conditions.order,
    )
    with tempfile.TemporaryDirectory(prefix="turnsql-test-case-") as folder:
        answer = Path(folder) / "answer.json"
        words = [sys.executable, "-m", f"{_PACKAGE}.case_process", str(answer)]
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment["PYTHONPATH"] = str(_ROOT)
        try:
            ended = subprocess.run(
                words, input=request.model_dump_json().encode(), cwd=folder, env=environment, timeout=SECONDS,
                capture_output=True, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return CaseResult(outcome="timeout", detail=f"the test cases take over {SECONDS:.0f} s")
        if not answer.is_file():
            said = ended.stderr.decode(errors="replace").strip().splitlines()
            return CaseResult(outcome="test case fails", detail=said[-1] if said else "it ended without a word")
        return CaseResult.model_validate_json(answer.read_bytes())
