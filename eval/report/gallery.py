"""Gallery: the reports of every run under a folder, made when they are asked for, with the behaviours of suites over time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from eval.conversations.result import SuiteResult
from eval.conversations.run import RESULT
from eval.report.build import write_report
from eval.report.inputs import open_inputs
from value_index.errors import TurnSQLError

MARKS = ("ladder.json", "history.json", RESULT, "summary.json")
"""What makes a folder one that a report can be made of; what lies within it is part of it."""
MOST_RUNS = 500
DEEPEST = 4
MOST_KEPT = 16
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse}th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #8886}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}svg{vertical-align:middle}polyline{fill:none;stroke:currentColor}"
)


@dataclass(frozen=True)
class RunFolder:
    """One folder of which there is a report."""

    name: str
    """Its path below the gallery's folder."""
    path: Path
    mark: str
    at: datetime

    @property
    def kind(self) -> str:
        """What it is: ladder, history, suite or run."""
        return {"summary.json": "run"}.get(self.mark, Path(self.mark).stem)


class Gallery:
    """The pages."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise TurnSQLError(f"{str(folder)!r} is no folder: give --runs the folder in which runs lie")
        self._folder = folder.resolve()
        self._made: dict[tuple[str, datetime], str] = {}
        self._making = Lock()

    def index(self) -> str:
        """Return the page that lists the runs, the latest first."""
        found = sorted(self.folders(), key=lambda run: run.at, reverse=True)
        rows = "".join(
            f'<tr><td><a href="/runs/{quote(run.name)}">{escape(run.name)}</a><td>{run.kind}<td>{run.at:%Y-%m-%d %H:%M}'
            for run in found
        )
        told = rows or "<tr><td>no scored run yet<td><td>"
        runs = f"<h1>Runs</h1><table><tr><th>run<th>kind<th>written (UTC){told}</table>"
        return _document("Runs", runs + "".join(_suites(found)))

    def page(self, name: str) -> str | None:
        """Return the report of a run; None if there is none of that name."""
        run = next((each for each in self.folders() if each.name == name), None)
        if run is None:
            return None
        with self._making:
            key = name, run.at
            if key not in self._made:
                self._made[key] = _report(run)
                while len(self._made) > MOST_KEPT:
                    del self._made[next(iter(self._made))]
            return self._made[key]

    def folders(self) -> list[RunFolder]:
        """Return every folder of which there is a report; links are not followed."""
        return list(_found(self._folder, self._folder, 0))[:MOST_RUNS]


def _found(folder: Path, root: Path, depth: int) -> Iterator[RunFolder]:
    for mark in MARKS:
        if (folder / mark).is_file() and folder != root:
            at = datetime.fromtimestamp((folder / mark).stat().st_mtime, UTC)
            yield RunFolder(folder.relative_to(root).as_posix(), folder, mark, at)
            return
    if depth < DEEPEST:
        with os.scandir(folder) as entries:
            inner = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        for name in inner:
            yield from _found(folder / name, root, depth + 1)


def _report(run: RunFolder) -> str:
    """Make a report; a run that has none says why."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            page, _ = write_report(open_inputs([run.path]), Path(folder))
            return page.read_text("utf-8")
    except TurnSQLError as error:
        return _document(run.name, f"<h1>{escape(run.name)}</h1><p>{escape(str(error))}</p>")


def _suites(found: list[RunFolder]) -> Iterator[str]:
    """Yield a table for each suite: the share of right turns of each behaviour, run after run."""
    by_suite: dict[tuple[str, str], list[tuple[RunFolder, SuiteResult]]] = {}
    for run in sorted((each for each in found if each.mark == RESULT), key=lambda each: each.at):
        try:
            result = SuiteResult.model_validate_json((run.path / RESULT).read_bytes())
        except (OSError, ValueError):
            continue
        by_suite.setdefault((result.suite, result.database), []).append((run, result))
    for (suite, database), runs in by_suite.items():
        yield f"<h2>Suite {escape(Path(suite).stem)} over {escape(Path(database).stem)}</h2>{_over_time(runs)}"


def _over_time(runs: list[tuple[RunFolder, SuiteResult]]) -> str:
    shares = [{rate.behaviour: rate.share for rate in result.rates} for _, result in runs]
    behaviours = dict.fromkeys(name for each in shares for name in each)
    heads = "".join(f'<th class="n" title="{escape(run.name)}">{run.at:%m-%d %H:%M}' for run, _ in runs)
    rows = "".join(
        f"<tr><td>{escape(name)}<td>{_line([each.get(name) for each in shares])}"
        + "".join(f'<td class="n">{"" if each.get(name) is None else f"{each[name]:.2f}"}' for each in shares)
        for name in behaviours
    )
    return f"<table><tr><th>behaviour<th>right turns{heads}{rows}</table>"


def _line(shares: list[float | None]) -> str:
    """Draw shares as a small line."""
    step = 80 / max(len(shares) - 1, 1)
    points = " ".join(
        f"{at * step + 2:.1f},{18 - 16 * share:.1f}" for at, share in enumerate(shares) if share is not None
    )
    return f'<svg width="84" height="20" role="img" aria-label="over time"><polyline points="{points}"/></svg>'


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><main>{body}</main></html>"
    )
