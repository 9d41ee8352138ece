"""The run folder: nothing lost, nothing twice, nothing overwritten, wherever a kill falls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.records import (
    AloneRecord,
    Manifest,
    Outcome,
    RunError,
    StageRecord,
    TurnRecord,
    read_alone,
    read_manifest,
    read_turns,
)
from eval.runs.store import RunStore
from nodes.state import STAGES

MANIFEST = Manifest(
    dataset="cosql", split="dev", dialogues="0:3", history="gold", rows_sha256="r", config_sha256="c", commit="1",
    versions={}, turns=4,
)  # fmt: skip


def turn(dialogue: int, number: int, outcome: Outcome = "answered") -> TurnRecord:
    return TurnRecord(
        dialogue=dialogue, turn=number, database_id="shop_1", utterance="Où ça?\nLà\u2028.", history="gold",
        sql="SELECT 'é\n'", outcome=outcome, stages={stage: StageRecord(variant="skip") for stage in STAGES},
    )  # fmt: skip


def alone(dialogue: int, number: int) -> AloneRecord:
    return AloneRecord(dialogue=dialogue, turn=number, stage="sql_generation", output="SELECT 1")


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path / "run", MANIFEST)
    store.append(turn(0, 1), [alone(0, 1)])
    store.append(turn(0, 0), [alone(0, 0)])
    store.sort()
    store.append(turn(1, 0))
    store.close()
    assert read_turns(tmp_path / "run") == [turn(0, 0), turn(0, 1), turn(1, 0)]
    assert read_alone(tmp_path / "run") == [alone(0, 0), alone(0, 1)]


def test_a_file_cut_at_any_byte_resumes_without_loss_or_repetition(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    store = RunStore.create(folder, MANIFEST)
    turns = [turn(0, 0), turn(0, 1), turn(1, 0)]
    for record in turns:
        store.append(record, [alone(*record.key)])
    store.close()
    whole, beside = (folder / "turns.jsonl").read_bytes(), (folder / "alone.jsonl").read_bytes()
    for cut in range(len(whole) + 1):
        (folder / "turns.jsonl").write_bytes(whole[:cut])
        (folder / "alone.jsonl").write_bytes(beside[: cut // 2])
        store = RunStore.resume(folder, MANIFEST)
        assert len(store.done) == whole[:cut].count(b"\n")
        for record in turns:
            if record.key not in store.done:
                store.append(record, [alone(*record.key)])
        store.close()
        assert read_turns(folder) == turns
        keys = [record.key for record in read_alone(folder)]
        assert len(set(keys)) == len(keys)


def test_turns_that_were_not_run_are_taken_up_again(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path / "run", MANIFEST)
    store.append(turn(0, 0, "not_run"), [alone(0, 0)])
    store.append(turn(0, 1, "no_sql"))
    store.close()
    store = RunStore.resume(tmp_path / "run", MANIFEST)
    assert list(store.done) == [(0, 1)]
    store.append(turn(0, 0))
    store.close()
    assert [record.outcome for record in read_turns(tmp_path / "run")] == ["no_sql", "answered"]
    assert read_alone(tmp_path / "run") == []


def test_a_folder_in_use_as_a_run_is_not_started_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    RunStore.create(folder, MANIFEST).close()
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(RunError, match="--resume"):
        RunStore.create(folder, MANIFEST.model_copy(update={"split": "train"}))
    assert (folder / "manifest.json").read_bytes() == before


def test_a_foreign_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    for begin in (RunStore.create, RunStore.resume):
        with pytest.raises(RunError, match="not empty"):
            begin(tmp_path, MANIFEST)
    (tmp_path / "manifest.json").write_text('{"name": "my app"}')
    with pytest.raises(RunError, match="not a run's manifest"):
        RunStore.resume(tmp_path, MANIFEST)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "thesis.tex"]
    with pytest.raises(RunError, match="is a file"):
        RunStore.create(tmp_path / "thesis.tex", MANIFEST)


def test_a_kill_before_the_manifest_leaves_a_folder_that_starts(tmp_path: Path) -> None:
    (tmp_path / "manifest.json.partial").write_text('{"data')
    RunStore.create(tmp_path, MANIFEST).close()


@pytest.mark.parametrize(
    "name", ["rows_sha256", "config_sha256", "prompts_sha256", "weights_sha256", "settings_sha256"]
)
def test_other_inputs_are_refused_by_the_name_of_the_hash(tmp_path: Path, name: str) -> None:
    RunStore.create(tmp_path, MANIFEST).close()
    with pytest.raises(RunError, match=f"another {name}") as caught:
        RunStore.resume(tmp_path, MANIFEST.model_copy(update={name: "other"}))
    assert "\n" not in str(caught.value)


def test_another_commit_may_resume_and_is_named(tmp_path: Path) -> None:
    RunStore.create(tmp_path, MANIFEST).close()
    for commit in ("2", "2", "1", "3"):
        RunStore.resume(tmp_path, MANIFEST.model_copy(update={"commit": commit})).close()
    manifest = read_manifest(tmp_path)
    assert (manifest.commit, manifest.resumed_by) == ("1", ("2", "3"))


def test_two_processes_do_not_write_one_run(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path, MANIFEST)
    with pytest.raises(RunError, match="another process"):
        RunStore.resume(tmp_path, MANIFEST)
    store.close()
    RunStore.resume(tmp_path, MANIFEST).close()


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path, MANIFEST)
    store.append(turn(0, 0))
    store.close()
    with (tmp_path / "turns.jsonl").open("a") as handle:
        handle.write('{"dialogue": 1}\n')
    with pytest.raises(RunError, match=r"turns\.jsonl line 2"):
        read_turns(tmp_path)


def test_unknown_fields_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    store = RunStore.create(tmp_path, MANIFEST)
    store.append(turn(0, 0))
    store.close()
    path = tmp_path / "turns.jsonl"
    path.write_text(json.dumps({**json.loads(path.read_text()), "mood": "fine"}) + "\n")
    assert read_turns(tmp_path) == [turn(0, 0)]
