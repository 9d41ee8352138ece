"""The chain of a run's records: each line holds a hash of itself and of what stands before it, so that an edit shows.

Times are left out of it: the same answers have the same chain, however often a run was killed and taken up again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.record_lines import has_lines, whole_lines
from eval.records import TIMES, Manifest

CHAINED = ("turns.jsonl", "alone.jsonl")
_VOUCHED = (
    "dataset", "split", "dialogues", "databases", "history", "rows_sha256", "config_sha256", "settings_sha256",
    "prompts_sha256", "weights_sha256", "database_hashes", "predictions_sha256", "oracle_stages",
)  # fmt: skip
"""What the first line vouches for of the manifest: where the figures come from. Fixed, or older runs would seem edited."""


class Chain:
    """The links of one file that is being written.

    >>> chain = Chain("")
    >>> chain.line('{"turn": 0}')
    '{"turn": 0, "chain": "815b4eca6b8295ba67b38265eb0167c86dac4d58516f0c52a22ca3a3d4e66289"}'
    """

    def __init__(self, start: str) -> None:
        self._last = start

    def line(self, record: str) -> str:
        """Return a JSON object with its link, without a line end."""
        self._last = _link(self._last, json.loads(record))
        return f'{record[:-1]}, "chain": "{self._last}"}}'

    def relink(self, line: str) -> str:
        """Return a line that has a link, or had none, with its link after the lines before it.

        >>> chain = Chain("")
        >>> chain.relink(chain.line('{"turn": 0}')) == chain.relink(chain.line('{"turn": 0}'))
        False
        """
        record, _, link = line.rpartition(', "chain": "')
        return self.line(f"{record}}}" if record and len(link) == 66 else line)


def chain_start(manifest: Manifest) -> str:
    """Return what the first link of a run's files rests on."""
    vouched = manifest.model_dump(mode="json", include=set(_VOUCHED))
    return hashlib.sha256(json.dumps(vouched, sort_keys=True).encode()).hexdigest()


def edited_lines(folder: Path, manifest: Manifest) -> tuple[str, ...]:
    """Name the lines of a run that are not what the run wrote there; none if an earlier version wrote it, without links.

    A line that was removed shows at the one after it, an edited manifest at the first line.
    """
    if manifest.chain is None:
        return ()
    start = chain_start(manifest)
    files = (folder / name for name in CHAINED)
    return tuple(
        f"{path.name} line {number}"
        for path in files
        if has_lines(path)
        for number in _edited(whole_lines(path), start)
    )


def describe_edits(lines: Sequence[str]) -> str:
    """Name the first edited line and count the others.

    >>> describe_edits(("turns.jsonl line 3", "turns.jsonl line 4"))
    'turns.jsonl line 3 and 1 more'
    """
    return lines[0] + (f" and {len(lines) - 1} more" if len(lines) > 1 else "")


def _edited(lines: Iterable[bytes], last: str) -> Iterator[int]:
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            stated = record.pop("chain")
            sound = stated == _link(last, record)
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            yield number
            continue
        if not sound:
            yield number
        last = str(stated)


def _link(last: str, record: Any) -> str:
    return hashlib.sha256(f"{last} {json.dumps(_without_times(record), sort_keys=True)}".encode()).hexdigest()


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_times(item) for name, item in value.items() if name not in TIMES}
    return [_without_times(item) for item in value] if isinstance(value, list) else value
