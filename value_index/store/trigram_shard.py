"""Shard: up to half a million texts in arrays that open by mmap, found exactly or by shared trigrams.

Texts are sorted by the length of their folded form, so that a search looks at one range of lengths, and within a length
by a hash, so that an exact look-up is a binary search. Trigram postings count texts within a segment of 65,536, two
bytes each. Measured beside FTS5 and MinHash LSH (see `turnsql bench index`): smaller, faster to build and to ask.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from value_index.text.folding import fold, fold_all

SEGMENT = 1 << 16
"""Texts whose postings are counted together: as many as two bytes can tell apart."""
BUCKETS = 1 << 16
"""Trigrams are hashed to so many lists; a collision costs a look, never an answer."""
BATCH = 10_000
"""Texts folded at once."""
RAREST = 4
"""Trigrams that a text which holds another must have; the caller looks at the texts themselves."""
FILES = ("text", "offsets", "hashes", "columns", "shared", "lengths", "postings", "starts")


@dataclass(frozen=True)
class Shard:
    """The arrays; on disk one .npy file each."""

    text: NDArray[np.uint8]
    """The stored texts in UTF-8, one after the other."""
    offsets: NDArray[np.uint32]
    """The begin of each text in `text`; one more than there are texts."""
    hashes: NDArray[np.uint32]
    """CRC-32 of each folded text, ascending within a length."""
    columns: NDArray[np.uint16 | np.uint32]
    """The column of each text, or the type's greatest number where several hold it."""
    shared: NDArray[np.uint32]
    """Pairs (text, column) of texts that several columns hold, sorted."""
    lengths: NDArray[np.uint32]
    """First text whose folded length is at least the position."""
    postings: NDArray[np.uint16]
    """Texts of each trigram, counted from their segment's first."""
    starts: NDArray[np.uint32]
    """Segment by bucket: where the bucket's postings begin; BUCKETS + 1 wide."""

    @classmethod
    def build(cls, columns_of: Mapping[str, Collection[int]]) -> Shard:
        """Index texts, each with the columns that hold it; a text that folds to nothing is left out."""
        texts = list(columns_of)
        folded = [each for first in range(0, len(texts), BATCH) for each in fold_all(texts[first : first + BATCH])]
        lengths = np.fromiter(map(len, folded), dtype=np.int64, count=len(folded))
        hashes = np.fromiter(map(_hash, folded), dtype=np.uint32, count=len(folded))
        order = np.lexsort((hashes, lengths))
        order = order[np.searchsorted(lengths[order], 1) :]
        lengths, places = lengths[order], order.tolist()
        encoded = [texts[place].encode() for place in places]
        offsets = np.zeros(len(places) + 1, dtype=np.uint32)
        np.cumsum(np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded)), out=offsets[1:])
        columns, shared = _columns([columns_of[texts[place]] for place in places])
        segments = [
            _segment([folded[place] for place in places[first : first + SEGMENT]])
            for first in range(0, len(places), SEGMENT)
        ]
        return cls(
            text=np.frombuffer(b"".join(encoded), dtype=np.uint8),
            offsets=offsets,
            hashes=hashes[order],
            columns=columns,
            shared=shared,
            lengths=np.searchsorted(lengths, np.arange(int(lengths.max(initial=0)) + 2)).astype(np.uint32),
            postings=np.concatenate([np.empty(0, np.uint16), *(postings for postings, _ in segments)]),
            starts=_stacked(segments),
        )

    @property
    def segments(self) -> int:
        """How many segments it has."""
        return len(self.starts)

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def bytes(self) -> int:
        """Size of all arrays."""
        return sum(getattr(self, name).nbytes for name in FILES)

    def save(self, folder: Path) -> None:
        """Write one .npy file an array."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> Shard:
        """Open by mmap: nothing is read before it is needed."""
        # As plain arrays: slicing a memmap costs several times more than slicing the same memory.
        paths = {name: folder / f"{name}.npy" for name in FILES}
        return cls(
            **{name: np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)) for name, path in paths.items()}
        )

    def get(self, position: int) -> str:
        """Return a stored text."""
        return self.text[self.offsets[position] : self.offsets[position + 1]].tobytes().decode()

    def columns_of(self, position: int) -> tuple[int, ...]:
        """Return the columns that hold a text."""
        column = int(self.columns[position])
        if column != np.iinfo(self.columns.dtype).max:
            return (column,)
        first, last = np.searchsorted(self.shared[:, 0], (position, position + 1))
        return tuple(int(each) for each in self.shared[first:last, 1])

    def exact(self, folded: str) -> tuple[int, ...]:
        """Return the texts whose folded form is this one."""
        length = len(folded)
        if not 0 < length < len(self.lengths) - 1:
            return ()
        low, high = int(self.lengths[length]), int(self.lengths[length + 1])
        hashes = self.hashes[low:high]
        code = _hash(folded)
        first = low + int(np.searchsorted(hashes, np.uint32(code)))
        found: list[int] = []
        while first < high and self.hashes[first] == code:
            if fold(self.get(first)) == folded:
                found.append(first)
            first += 1
        return tuple(found)

    def near(
        self, folded: str, shortest: int, longest: int, limit: int, most_postings: int = 20_000
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the texts of these folded lengths that share most trigrams with a folded text, and their scores.

        Args:
            most_postings: how many are looked at in one segment, rarest trigrams first.
        """
        low, high = self._range(shortest, longest)
        buckets = _buckets_of([folded])
        found: list[NDArray[np.int64]] = []
        shared: list[NDArray[np.int64]] = []
        for first, begin, end in self._lists(buckets, low, high):
            sizes = end - begin
            rarest = np.argsort(sizes, kind="stable")
            fits = np.cumsum(sizes[rarest]) <= most_postings
            fits[:3] = True
            positions, counts = self._counted(first, begin[rarest[fits]], end[rarest[fits]], low, high)
            if len(positions) > limit:
                best = np.argpartition(-counts, limit)[:limit]
                positions, counts = positions[best], counts[best]
            found.append(positions)
            shared.append(counts)
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        positions = np.concatenate(found)
        lengths = np.searchsorted(self.lengths, positions, side="right") - 1
        scores = np.concatenate(shared) / np.sqrt(lengths + 2.0)
        best = np.argsort(-scores, kind="stable")[:limit]
        return positions[best], scores[best]

    def holding(self, folded: str, shortest: int, longest: int, limit: int) -> NDArray[np.int64]:
        """Return texts of these folded lengths that hold the rarest trigrams of a folded text's words, all of them."""
        low, high = self._range(shortest, longest)
        buckets = _buckets_of(folded.split())
        found: list[NDArray[np.int64]] = []
        for first, begin, end in self._lists(buckets, low, high):
            sizes = end - begin
            if not sizes.all():
                continue
            rarest = np.argsort(sizes, kind="stable")[:RAREST]
            positions, counts = self._counted(first, begin[rarest], end[rarest], low, high)
            found.append(positions[counts == len(rarest)])
            if sum(map(len, found)) >= limit:
                break
        return np.concatenate(found)[:limit] if found else np.empty(0, np.int64)

    def _range(self, shortest: int, longest: int) -> tuple[int, int]:
        last = len(self.lengths) - 1
        return int(self.lengths[min(max(shortest, 0), last)]), int(self.lengths[min(longest + 1, last)])

    def _lists(
        self, buckets: NDArray[np.int64], low: int, high: int
    ) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each segment in a range: its first text, and where the postings of each bucket begin and end."""
        segments = range(low // SEGMENT, -(-high // SEGMENT)) if len(buckets) else range(0)
        rows = np.arange(segments.start, segments.stop)[:, None]
        begins, ends = self.starts[rows, buckets].astype(np.int64), self.starts[rows, buckets + 1].astype(np.int64)
        for row, segment in enumerate(segments):
            yield segment * SEGMENT, begins[row], ends[row]

    def _counted(
        self, first: int, begin: NDArray[np.int64], end: NDArray[np.int64], low: int, high: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the texts of a segment that lie in a range and hold at least a quarter of the trigrams."""
        lists = [self.postings[start:stop] for start, stop in zip(begin.tolist(), end.tolist(), strict=True)]
        counts = np.bincount(np.concatenate(lists))
        skipped = max(low - first, 0)
        inside = counts[skipped : high - first]
        local = np.flatnonzero(inside >= max(1, len(lists) // 4))
        return local + (first + skipped), inside[local]


def trigrams(folded: str) -> set[str]:
    """Return the trigrams of a folded text, its ends marked by a space.

    >>> sorted(trigrams("ab"))
    [' ab', 'ab ']
    """
    padded = f" {folded} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def _hash(folded: str) -> int:
    return zlib.crc32(folded.encode())


def _buckets(padded: str) -> NDArray[np.int64]:
    """Return the bucket of every three characters in a row."""
    codes = np.frombuffer(padded.encode("utf-32-le"), dtype=np.uint32)
    mixed = codes[:-2] * np.uint32(0x9E3779B1) + codes[1:-1] * np.uint32(0x85EBCA77) + codes[2:] * np.uint32(0xC2B2AE3D)
    return (mixed >> np.uint32(16)).astype(np.int64)


def _buckets_of(folded: Sequence[str]) -> NDArray[np.int64]:
    """Return the buckets of the trigrams of some folded texts, each once."""
    found = {bucket for text in folded for bucket in _buckets(f" {text} ").tolist()}
    return np.array(sorted(found), dtype=np.int64)


def _columns(held: Sequence[Collection[int]]) -> tuple[NDArray[np.uint16 | np.uint32], NDArray[np.uint32]]:
    """Return the column of each text, and the pairs of texts that several columns hold."""
    greatest = max((column for columns in set(map(tuple, held)) for column in columns), default=0)
    column_type = np.uint16 if greatest < 0xFFFF else np.uint32
    several = int(np.iinfo(column_type).max)
    single = (several if len(columns) > 1 else next(iter(columns)) for columns in held)
    pairs = [(i, column) for i, columns in enumerate(held) if len(columns) > 1 for column in sorted(columns)]
    return np.fromiter(single, column_type, len(held)), np.array(pairs, dtype=np.uint32).reshape(-1, 2)


def _stacked(segments: Sequence[tuple[NDArray[np.uint16], NDArray[np.uint32]]]) -> NDArray[np.uint32]:
    """Return where each segment's buckets begin in the postings of all."""
    stacked = np.empty((len(segments), BUCKETS + 1), np.uint32)
    first = 0
    for row, (postings, starts) in zip(stacked, segments, strict=True):
        np.add(starts, first, out=row, casting="unsafe")
        first += len(postings)
    return stacked


def _segment(folded: list[str]) -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
    """Return the postings of one segment, by bucket, and where each bucket begins."""
    buckets = _buckets("".join([f" {text} " for text in folded])).astype(np.uint32)
    lengths = np.fromiter((len(text) + 2 for text in folded), dtype=np.int64, count=len(folded))
    owner = np.repeat(np.arange(len(folded), dtype=np.uint32), lengths)[: len(buckets)]
    ends = np.cumsum(lengths)
    within = np.ones(len(buckets), dtype=bool)
    # The last two positions of a text begin trigrams that reach into the next.
    within[ends[:-1] - 1] = within[ends[:-1] - 2] = False
    both = (buckets[within] << np.uint32(16)) | owner[within]
    both.sort()  # np.unique hashes first, which is ten times slower here
    both = both[np.concatenate(([True], both[1:] != both[:-1]))]
    starts = np.searchsorted(both >> np.uint32(16), np.arange(BUCKETS + 1))
    return (both & np.uint32(0xFFFF)).astype(np.uint16), starts.astype(np.uint32)
