"""Run folders: manifest, records and scores with parts exchanged, lines torn or repeated."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from eval.record_chain import describe_edits, edited_lines
from eval.records import AloneRecord, Manifest, StageRecord, TurnRecord, read_alone, read_manifest, read_turns
from eval.runs.store import RunStore
from nodes.state import STAGES, Attempt, Violation
from tests.fuzz.json_inputs import broken_bytes, broken_json
from tests.fuzz.target import one_line
from value_index.errors import TurnSQLError

MANIFEST = Manifest(
    dataset="cosql", split="dev", dialogues="0:3", history="gold", rows_sha256="r", config_sha256="c", commit="1",
    versions={"python": "3"}, turns=4, database_hashes={"shop_1": "0"},
)  # fmt: skip
STAGE = StageRecord(variant="skip", output=[{"plan": {}, "score": 1.0, "confidence": 0.5}], ms=1.5)
ATTEMPT = Attempt(sql="SELECT 1", violations=(Violation(kind="syntax", severity="error", message="?"),))
RECORD = TurnRecord(
    dialogue=0, turn=0, database_id="shop_1", utterance="Where?", history="gold", sql="SELECT 1", outcome="answered",
    stages=dict.fromkeys(STAGES, STAGE), attempts=(ATTEMPT,), timing={"ms": 2.0},
)  # fmt: skip
ALONE = AloneRecord(dialogue=0, turn=0, stage="sql_generation", output="SELECT 1")
_LINES = [model.model_dump(mode="json") for model in (RECORD, ALONE)]
_TEXT = "".join(json.dumps(line) + "\n" for line in [_LINES[0], {**_LINES[0], "turn": 1}])
RUN_FOLDERS = st.one_of(
    st.tuples(st.just("manifest.json"), broken_json([MANIFEST.model_dump(mode="json")])),
    st.tuples(st.just("turns.jsonl"), st.lists(broken_json(_LINES[:1]), max_size=3).map(b"\n".join)),
    st.tuples(st.just("turns.jsonl"), broken_bytes(_TEXT)),
    st.tuples(st.just("alone.jsonl"), broken_json(_LINES[1:]).map(lambda line: line + b"\n")),
)


def read_run(case: tuple[str, bytes]) -> None:
    """Read a broken folder, and continue it."""
    name, content = case
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        store = RunStore.create(run, MANIFEST)
        store.append(RECORD, (ALONE,))
        store.close()
        (run / name).write_bytes(content)
        for use in (_read, _continue):
            try:
                use(run)
            except TurnSQLError as error:
                one_line(error)


def _read(run: Path) -> None:
    edited = edited_lines(run, read_manifest(run))
    if edited:
        describe_edits(edited)
    for record in read_turns(run):
        assert record.confidence is None or record.key
    read_alone(run)


def _continue(run: Path) -> None:
    store = RunStore.resume(run, MANIFEST)
    store.append(RECORD.model_copy(update={"turn": 7}))
    store.sort()
    store.close()
    assert edited_lines(run, read_manifest(run)) == ()
