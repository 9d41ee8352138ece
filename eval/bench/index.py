"""Time, memory and recall of the value index over synthetic values, beside rapidfuzz over all of them and MinHash LSH."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.store.trigram_shard import trigrams
from value_index.text.folding import fold
from value_index.text.similarity import nearest

SEED = 7
QUERIES = 300
SCAN_QUERIES = 100
SCAN_LIMIT = 1_000_000
"""Values up to which rapidfuzz compares a query with every one."""
MINHASH_SIZES = (10_000, 100_000)
"""The sizes up to which MinHash LSH is measured: beyond them it needs tens of GB."""
REPEATS = 3
SLOW_MS = 100.0
"""A query that takes longer is timed once."""
EDIT_EVERY = 8
"""Characters to one edit of a query."""
VOCABULARY = 60_000
ZIPF = 0.9
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class LookupCost:
    """One way of looking values up."""

    values: int
    method: str
    build_seconds: float
    p50_ms: float
    p95_ms: float
    hit_at_10: float
    bytes_per_text_byte: float | None = None
    private_mb: float | None = None
    """Memory of its own of a process that looks up, in 10^6 bytes."""

    @property
    def build_rate(self) -> float:
        """Values a second."""
        return self.values / self.build_seconds


def synthetic_values(count: int, seed: int = SEED) -> Iterator[list[str]]:
    """Yield batches of names, one to five words long, whose words follow Zipf's law; together `count` distinct ones."""
    random = np.random.default_rng(seed)
    consonants, vowels, ends = list("bcdfghjklmnprstvwz"), list("aeiou"), ["", "", "n", "r", "l", "s"]
    syllables = np.array([c + v + e for c in consonants for v in vowels for e in ends])
    sizes = random.choice([2, 3, 4], size=VOCABULARY, p=[0.5, 0.35, 0.15])
    words = np.array(["".join(random.choice(syllables, size=size)).capitalize() for size in sizes])
    weights = 1.0 / np.arange(1, VOCABULARY + 1) ** ZIPF
    weights /= weights.sum()
    seen: set[int] = set()
    while len(seen) < count:
        lengths = random.choice([1, 2, 3, 4, 5], size=50_000, p=[0.06, 0.34, 0.32, 0.18, 0.1])
        picked = words[random.choice(VOCABULARY, size=int(lengths.sum()), p=weights)]
        batch: list[str] = []
        for start, length in zip(np.cumsum(lengths) - lengths, lengths, strict=True):
            name = " ".join(picked[start : start + length])
            key = hash(name)
            if key not in seen and len(seen) < count:
                seen.add(key)
                batch.append(name)
        yield batch


def misspelt(value: str, random: np.random.Generator) -> str:
    """Return a value with an edit to every eight characters, at least one."""
    letters = list(value)
    for _ in range(max(1, len(letters) // EDIT_EVERY)):
        place, kind = int(random.integers(len(letters))), int(random.integers(3))
        letter = str(random.choice(list(LETTERS)))
        if kind == 0:
            letters[place] = letter
        elif kind == 1 and len(letters) > 1:
            del letters[place]
        else:
            letters.insert(place, letter)
    return "".join(letters)


def index_costs(sizes: Sequence[int], folder: Path | None = None) -> Iterator[LookupCost]:
    """Measure the index at each size, and beside it what else can be had at that size."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        for size in sizes:
            work = Path(name) / str(size)
            work.mkdir()
            queries = _write_database(work / "values.sqlite", size)
            (work / "queries.json").write_text(json.dumps(queries))
            yield _in_process(work, size)
            values = None
            if size <= SCAN_LIMIT:
                values = [
                    row[0]
                    for batch in SQLiteDatabase.open(work / "values.sqlite").stream("SELECT DISTINCT value FROM named")
                    for row in batch
                ]
                yield _scan(values, queries[:SCAN_QUERIES])
            if values is not None and size in MINHASH_SIZES and has_minhash():
                yield _minhash(values, queries[:SCAN_QUERIES])


def has_minhash() -> bool:
    """Whether datasketch is installed; the project does not need it."""
    return importlib.util.find_spec("datasketch") is not None


def look_up(work: Path) -> dict[str, float]:
    """Measure look-ups against a built index; run in a process of its own, so that its memory can be told."""
    index = ValueIndex.open(SQLiteDatabase.open(work / "values.sqlite"), work / "index")
    queries = json.loads((work / "queries.json").read_text())
    for _, query in queries[:20]:
        index.lookup(query)
    times, hits = _timed(queries, lambda query: [str(match.value) for match in index.lookup(query, limit=10)])
    return {"hits": hits, "p50": float(np.percentile(times, 50)), "p95": float(np.percentile(times, 95)),
            "private": _private_bytes()}  # fmt: skip


def _write_database(path: Path, size: int) -> list[tuple[str, str]]:
    """Write the values to a table, a third of them once more, and return (value, misspelt value) queries."""
    random = np.random.default_rng(SEED + 1)
    chosen: list[str] = []
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE named (id INTEGER PRIMARY KEY, value TEXT)")
    for batch in synthetic_values(size):
        again = [batch[place] for place in random.integers(len(batch), size=len(batch) // 3)] if batch else []
        connection.executemany("INSERT INTO named (value) VALUES (?)", [(value,) for value in (*batch, *again)])
        chosen += [batch[place] for place in random.integers(len(batch), size=min(len(batch), 40))] if batch else []
    connection.commit()
    connection.close()
    picked = [chosen[place] for place in random.permutation(len(chosen))[:QUERIES]]
    return [(value, misspelt(value, random)) for value in picked]


def _in_process(work: Path, size: int) -> LookupCost:
    database = SQLiteDatabase.open(work / "values.sqlite")
    started = perf_counter()
    index = ValueIndex.open(database, work / "index")
    seconds = perf_counter() - started
    text = sum(shard.text.nbytes for shard in index.values.shards)
    held = sum(shard.bytes for shard in index.values.shards)
    code = f"import sys, json, pathlib; from {__name__} import look_up; print(json.dumps(look_up(pathlib.Path(sys.argv[1]))))"
    done = subprocess.run([sys.executable, "-c", code, str(work)], capture_output=True, text=True, check=True)
    measured = json.loads(done.stdout)
    return LookupCost(size, "index", seconds, measured["p50"], measured["p95"], measured["hits"], held / text,
                measured["private"] / 1e6)  # fmt: skip


def _scan(values: Sequence[str], queries: Sequence[tuple[str, str]]) -> LookupCost:
    started = perf_counter()
    folded = [fold(value) for value in values]
    seconds = perf_counter() - started
    times, hits = _timed(queries, lambda query: [values[place] for place in nearest(fold(query), folded, 10)])
    return _cost(len(values), "rapidfuzz over all", seconds, times, hits)


def _minhash(values: Sequence[str], queries: Sequence[tuple[str, str]]) -> LookupCost:
    """MinHash LSH over trigrams as CHESS uses it (threshold .01), its candidates ranked by rapidfuzz."""
    datasketch: Any = importlib.import_module("datasketch")

    def hashed(text: str) -> Any:
        found = datasketch.MinHash(num_perm=100)
        found.update_batch([gram.encode() for gram in trigrams(fold(text))])
        return found

    started = perf_counter()
    lsh = datasketch.MinHashLSH(threshold=0.01, num_perm=100)
    for place, value in enumerate(values):
        lsh.insert(place, hashed(value))
    seconds = perf_counter() - started

    def ask(query: str) -> list[str]:
        places = lsh.query(hashed(query))
        return [
            str(values[places[i]]) for i in nearest(fold(query), [fold(str(values[place])) for place in places], 10)
        ]

    times, hits = _timed(queries, ask)
    return _cost(len(values), "MinHash LSH", seconds, times, hits)


def _timed(queries: Sequence[tuple[str, str]], ask: Callable[[str], list[str]]) -> tuple[list[float], float]:
    """Return the milliseconds of each query, the best of some (another program may have held the core), and the hits."""
    times: list[float] = []
    hits = 0
    found: list[str] = []
    for value, query in queries:
        best = float("inf")
        for _ in range(REPEATS):
            started = perf_counter()
            found = ask(query)
            best = min(best, 1000 * (perf_counter() - started))
            if best > SLOW_MS:
                break
        times.append(best)
        hits += value in found
    return times, hits / len(queries)


def _cost(size: int, method: str, seconds: float, times: list[float], hits: float) -> LookupCost:
    return LookupCost(size, method, seconds, float(np.percentile(times, 50)), float(np.percentile(times, 95)), hits)


def _private_bytes() -> int:
    """Return the memory of this process that is no file's, mapped index and libraries aside; 0 if not told."""
    rollup = Path("/proc/self/smaps_rollup")
    if not rollup.exists():
        return 0
    lines = (line.split() for line in rollup.read_text().splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == "Anonymous:"), 0)
