"""A scored run in one archive: what was predicted, where it comes from, and the scores, to be rescored anywhere."""

from __future__ import annotations

import tempfile
import zipfile
from itertools import groupby
from pathlib import Path

from eval.record_chain import describe_edits, edited_lines
from eval.record_lines import has_lines, whole_lines
from eval.records import RunError, TurnRecord, read_manifest, read_turns
from eval.scoring.score import score
from eval.scoring.scores import read_scores, read_summary
from value_index.files.atomic_file import atomic_file

FILES = ("manifest.json", "turns.jsonl", "alone.jsonl", "scores.jsonl", "summary.json")
SCORES = ("scores.jsonl", "summary.json")
MAX_BYTES = 512 << 20
"""The most bytes of the files together, unpacked."""
PREDICTIONS = "predictions.txt"
"""One SQL a line and an empty line between dialogues, as the official evaluations read them."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


def bundle(run: Path, out: Path | None = None) -> Path:
    """Write a scored run into one ZIP file; the same run gives the same bytes.

    Args:
        out: `RUN.zip` beside the folder where None.

    Raises:
        RunError: The run is not whole, not scored, was edited, or the file is there already.
    """
    if edited := edited_lines(run, read_manifest(run)):
        raise RunError(f"{run} was edited after it was written ({describe_edits(edited)}): run it again")
    records, summary = read_turns(run), read_summary(run)
    if summary.missing or {line.key for line in read_scores(run)} != {record.key for record in records}:
        raise RunError(f"{run} is not whole: finish it with --resume and score it again")
    target = out or run.resolve().with_suffix(".zip")
    if target.exists():
        raise RunError(f"{target} is there already: give --out another name")
    with atomic_file(target, mode=run.stat().st_mode & 0o666) as file, zipfile.ZipFile(file, "w") as archive:
        for name in FILES:
            if has_lines(run / name):
                _add(archive, name, _content(run / name))
        _add(archive, PREDICTIONS, _predictions(records).encode())
    return target


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b"".join(line + b"\n" for line in whole_lines(path))


def rescore(archive: Path, data: Path) -> tuple[str, ...]:
    """Score a bundle's predictions again, and name the score files that differ from those in it, and edited records.

    Raises:
        RunError: The file is no bundle.
        TurnSQLError: The data is not the one that the run was made from.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        try:
            with zipfile.ZipFile(archive) as packed:
                listed = packed.namelist()
                if sum(packed.getinfo(name).file_size for name in {*FILES, PREDICTIONS} & {*listed}) > MAX_BYTES:
                    raise RunError(
                        f"{archive} would unpack to more than {MAX_BYTES >> 20} MB: it is no bundle of a run"
                    )
                for name in FILES:
                    if name in listed:
                        (run / name).write_bytes(packed.read(name))
                predicted = packed.read(PREDICTIONS) if PREDICTIONS in listed else None
        except (OSError, zipfile.BadZipFile) as error:
            raise RunError(f"{archive} is not a bundle of a run: {error}") from error
        before = {name: (run / name).read_bytes() if (run / name).exists() else b"" for name in SCORES}
        same = predicted in (None, _predictions(read_turns(run)).encode())
        suite = any(line.suite is not None for line in read_scores(run))
        edited = score(run, data, suite=suite).edited
        differing = tuple(name for name in SCORES if (run / name).read_bytes() != before[name])
        return (*edited, *(() if same else (PREDICTIONS,)), *differing)


def _predictions(records: list[TurnRecord]) -> str:
    dialogues = groupby(sorted(records, key=lambda record: record.key), key=lambda record: record.dialogue)
    return "\n".join("".join(f"{_one_line(turn.sql)}\n" for turn in turns) for _, turns in dialogues)


def _one_line(sql: str) -> str:
    """Return a SQL text in one line, and where there is none a wrong one: an empty line would end the dialogue."""
    return " ".join(sql.split()) or "SELECT 'no SQL'"


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
