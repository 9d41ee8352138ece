"""outlived_server: a run over several loopback servers, one of which is killed on the way and comes back, beside a run over one."""

from __future__ import annotations

import re
import shutil
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from agent.config import DEFAULT
from eval.analysis.identity import identity
from eval.bench.loopback_server import loopback
from eval.bench.scale.costs import repeated_archive
from eval.runs.experiment import RunOptions
from eval.runs.run import run

DELAY = 0.2
"""Seconds that a server takes."""
CONCURRENCY = 8
MOMENTS = (0.25, 0.4)
"""The shares of the turns after which a server is killed, and brought back: a pool leaves it alone for ten seconds more."""
_SERVER = re.compile(rb'"server": "([^"]+)"')


@dataclass(frozen=True)
class Outlived:
    """What became of a run over servers of which one was killed and brought back."""

    turns: int
    not_run: int
    differing: int
    """Fields of records that are others than those of a run over one server."""
    killed: str
    """The server."""
    moments: tuple[int, int]
    """Turns that were written when it was killed, and when it was back."""
    answered: tuple[Counter[str], Counter[str], Counter[str]]
    """Answers by server: until the kill, while it was down, and since it was back."""


def outlived_server(data: Path, folder: Path, turns: int, servers: int) -> Outlived:
    """Run over one server, then over several; the runs stay in the folder.

    Args:
        data: CoSQL's layout; its dev is repeated until there are so many turns.
    """
    dataset = repeated_archive(data, folder / "data", turns)
    for out in ("one", "several"):
        shutil.rmtree(folder / out, ignore_errors=True)
    with loopback(DELAY) as url:
        run(_options(dataset.folder, folder / "one", [url]))
    with _servers(servers) as stacks:
        fate = _Fate(stacks, folder / "several" / "turns.jsonl", dataset.turns)
        with fate.watched():
            counts = run(_options(dataset.folder, folder / "several", list(stacks)))
    found = fate.seen + [_answered(folder / "several" / "turns.jsonl")]
    return Outlived(
        dataset.turns, counts.not_run, len(identity(folder / "one", folder / "several").differing), fate.url,
        (found[0].total(), found[1].total()), (found[0], found[1] - found[0], found[2] - found[1]),
    )  # fmt: skip


def _options(data: Path, out: Path, urls: Sequence[str]) -> RunOptions:
    config = DEFAULT.parent / "baselines" / "direct.toml"
    endpoint = {"base_url": urls, "model": "m", "key_env": ""}
    return RunOptions(data=data, out=out, config=config, endpoint=endpoint, concurrency=CONCURRENCY, alone=False)


@contextmanager
def _servers(count: int) -> Generator[dict[str, ExitStack]]:
    """Start servers; what ends each is kept by its address."""
    with ExitStack() as whole:
        stacks: dict[str, ExitStack] = {}
        for _ in range(count):
            stack = whole.enter_context(ExitStack())
            stacks[stack.enter_context(loopback(DELAY))] = stack
        yield stacks


class _Fate:
    """Kills a server and brings it back, when so many turns are written."""

    def __init__(self, stacks: dict[str, ExitStack], path: Path, turns: int) -> None:
        self.url, self._stack = next(iter(stacks.items()))
        self._path, self._moments = path, [round(turns * share) for share in MOMENTS]
        self._ended = Event()
        self.seen: list[Counter[str]] = []

    @contextmanager
    def watched(self) -> Generator[None]:
        thread = Thread(target=self._befall, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _befall(self) -> None:
        self._wait(self._moments[0])
        self._stack.close()
        self.seen.append(_answered(self._path))
        self._wait(self._moments[1])
        self._stack.enter_context(loopback(DELAY, urlsplit(self.url).port or 0))
        self.seen.append(_answered(self._path))

    def _wait(self, turns: int) -> None:
        while not self._ended.is_set() and _answered(self._path).total() < turns:
            time.sleep(0.2)


def _answered(path: Path) -> Counter[str]:
    """Count the answers that a run has written so far, by server."""
    return Counter(url.decode() for url in _SERVER.findall(path.read_bytes())) if path.exists() else Counter()
