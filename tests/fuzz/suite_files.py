"""Suites in YAML: lines dropped, repeated and exchanged, and whatever YAML can say."""

from __future__ import annotations

import tempfile
from pathlib import Path

from eval.conversations.suite_file import read_suite
from tests.fuzz.json_inputs import DEEP, broken_bytes, broken_json
from tests.fuzz.target import one_line
from tests.fuzz.yaml_lines import edited_lines
from value_index.errors import TurnSQLError

RIGHT = """name: cities
thresholds:
  all: 0.5
dialogues:
- turns:
  - ask: How many cities?
    behaviour: count
    sql: SELECT count(*) FROM city
  - ask: Only those in France
    keeps: [France]
    uses: [city.country]
    count: 2
  - ask: Thanks
    fails: true
"""
AS_JSON = {
    "name": "a",
    "dialogues": [{"turns": [{"ask": "b", "sql": ["SELECT 1"], "rows": [[1, None]], "columns": "c"}]}],
}
SUITE_FILES = edited_lines((RIGHT,)).flatmap(broken_bytes) | broken_json([AS_JSON]) | broken_bytes(RIGHT)

KEPT = (
    DEEP.encode(),  # a list in a list in a list
    RIGHT.replace("fails: true", "rows: [[2020-99-99]]").encode(),  # a day that no month has
    "\n".join(["a0: &a0 [x, x]", *(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]" for n in range(40))]).encode(),  # 2 to the 40
)
"""Inputs that once ended in a traceback, or never."""


def read_suite_file(content: bytes) -> None:
    """Read a suite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suite.yaml"
        path.write_bytes(content)
        try:
            read_suite(path)
        except TurnSQLError as error:
            one_line(error)
