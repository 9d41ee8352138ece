"""Files of a data set: dialogues, questions, tables, predictions, with parts exchanged."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from eval.datasets import load
from eval.runs.predictions import read_predictions
from tests.eval.archive import DIALOGUES, make_archive, write_split
from tests.fuzz.json_inputs import DEEP, broken_bytes, broken_json
from tests.fuzz.target import one_line
from value_index.errors import TurnSQLError

QUESTION = {"db_id": "farm_1", "question": "How many?", "query": "SELECT count(*) FROM animal", "sql": {}}
TABLES = [
    {
        "db_id": name,
        "table_names": ["city", "shop"],
        "table_names_original": ["city", "shop"],
        "column_names": [[-1, "*"], [0, "id"], [0, "name"], [1, "city id"]],
        "column_names_original": [[-1, "*"], [0, "id"], [0, "name"], [1, "city_id"]],
        "column_types": ["text", "number", "text", "number"],
        "foreign_keys": [[3, 1]],
        "primary_keys": [1],
    }
    for name in ("shop_1", "farm_1")
]
LINES = '{"dialogue": 0, "turn": 0, "sql": "SELECT 1"}\n{"dialogue": 0, "turn": 1, "answer": "```SELECT 2```"}\n'
DATA_FILES = st.one_of(
    st.tuples(st.just("sql_state_tracking/cosql_dev.json"), broken_json([DIALOGUES])),
    st.tuples(st.just("dev.json"), broken_json([[QUESTION], DIALOGUES])),
    st.tuples(st.just("tables.json"), broken_json([TABLES])),
    st.tuples(st.just("database"), st.text(max_size=10).flatmap(broken_bytes)),
    st.tuples(st.just("predictions.jsonl"), broken_bytes(LINES)),
    st.tuples(st.just("predictions.json"), broken_json([{"0": "SELECT 1\t----- bird -----\tshop_1", "1": "SELECT 2"}])),
    st.tuples(st.just("predictions.txt"), broken_bytes("SELECT 1\tshop_1\nSELECT 2\n\nSELECT 3\n")),
)

KEPT = (
    ("predictions.json", DEEP.encode()),
    ("tables.json", DEEP.encode()),
    ("sql_state_tracking/cosql_dev.json", DEEP.encode()),
)


def load_data(case: tuple[str, bytes]) -> None:
    """Load what a broken file belongs to, and open its databases."""
    name, content = case
    with tempfile.TemporaryDirectory() as folder:
        root = make_archive(Path(folder) / "data")
        write_split(root, json.dumps(DIALOGUES))
        path = root / name
        if name == "database":
            (root / "database").rename(root.parent / "elsewhere")
        path.write_bytes(content)
        for dataset in ("spider", "sparc") if name == "dev.json" else ("cosql",):
            try:
                _use(root, path, dataset)
            except TurnSQLError as error:
                one_line(error)


def _use(root: Path, path: Path, dataset: str) -> Any:
    rows = load(dataset, root, "dev")
    if path.stem == "predictions":
        read_predictions(path, rows)
        return
    rows.open_databases()
    assert rows.rows_sha256
    rows.close()
