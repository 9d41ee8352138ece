"""Files of predictions, in all three forms, imported as a run and scored."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from eval.runs.predictions import import_predictions
from eval.scoring.score import score
from tests.eval.archive import make_archive
from tests.fuzz.json_inputs import broken_bytes, broken_json
from tests.fuzz.sql_texts import SQL_TEXTS
from tests.fuzz.target import one_line
from value_index.errors import TurnSQLError

LINES = '{"dialogue": 0, "turn": 0, "sql": "SELECT name FROM city"}\n{"dialogue": 0, "turn": 1, "answer": "```SELECT 2```"}\n'
TEXT = "SELECT name FROM city\tshop_1\nSELECT 2\n\nSELECT count(*) FROM animal\n"
NUMBERED = {"0": "SELECT name FROM city\t----- bird -----\tshop_1", "1": "SELECT 2"}


def _line(sql: str) -> bytes:
    return json.dumps({"dialogue": 0, "turn": 0, "sql": sql}).encode()


IMPORTED = st.one_of(
    st.tuples(st.just("p.jsonl"), SQL_TEXTS.map(_line)),
    st.tuples(st.just("p.jsonl"), broken_bytes(LINES)),
    st.tuples(st.just("p.txt"), broken_bytes(TEXT)),
    st.tuples(st.just("p.json"), broken_json([NUMBERED])),
)


def import_and_score(case: tuple[str, bytes]) -> None:
    """Import a file as a run, and judge every turn of it."""
    name, content = case
    with tempfile.TemporaryDirectory() as folder:
        data, run = make_archive(Path(folder) / "data"), Path(folder) / "run"
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            import_predictions(path, data, run, dataset="cosql", split="dev")
            score(run)
        except TurnSQLError as error:
            one_line(error)
