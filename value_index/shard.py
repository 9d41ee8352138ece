"""Shard: up to half a million texts in arrays that open by mmap, found exactly or by shared trigrams.

Texts are sorted by the length of their folded form, so that a search looks at one range of lengths, and within a length
by a hash, so that an exact look-up is a binary search. Trigram postings count texts within a segment of 65,536, two
bytes each. Measured beside FTS5 and MinHash LSH (see `turnsql bench index`): smaller, faster to build and to ask.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from value_index.fold import fold

SEGMENT = 1 << 16
"""Texts whose postings are counted together: as many as two bytes can tell apart."""
BUCKETS = 1 << 16
"""Trigrams are hashed to so many lists; a collision costs a look, never an answer."""
MAX_POSTINGS = 40_000
"""Postings looked at in one segment, rarest trigrams first."""
FILES = ("text", "offsets", "hashes", "columns", "shared", "lengths", "postings", "starts")


@dataclass(frozen=True)
class Shard:
    """The arrays; on disk one .npy file each."""

    text: NDArray[np.uint8]
    """The stored texts in UTF-8, one after the other."""
    offsets: NDArray[np.uint32]
    """Where each text begins in `text`; one more than there are texts."""
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
        pairs = [(text, folded) for text in columns_of if (folded := fold(text))]
        lengths = np.fromiter((len(folded) for _, folded in pairs), dtype=np.int64, count=len(pairs))
        hashes = np.fromiter((_hash(folded) for _, folded in pairs), dtype=np.uint32, count=len(pairs))
        order = np.lexsort((hashes, lengths))
        pairs = [pairs[position] for position in order]
        encoded = [text.encode() for text, _ in pairs]
        offsets = np.zeros(len(pairs) + 1, dtype=np.uint32)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        held = [columns_of[text] for text, _ in pairs]
        segments = [
            _segment([folded for _, folded in pairs[first : first + SEGMENT]])
            for first in range(0, len(pairs), SEGMENT)
        ]
        base = np.cumsum([0, *(len(postings) for postings, _ in segments)])
        longest = int(lengths.max(initial=0))
        column_type = np.uint16 if max(map(max, held), default=0) < 0xFFFF else np.uint32
        several = np.iinfo(column_type).max
        return cls(
            text=np.frombuffer(b"".join(encoded), dtype=np.uint8),
            offsets=offsets,
            hashes=hashes[order],
            columns=np.fromiter(
                (several if len(each) > 1 else next(iter(each)) for each in held), column_type, len(held)
            ),
            shared=np.array(
                [(i, column) for i, columns in enumerate(held) if len(columns) > 1 for column in sorted(columns)],
                dtype=np.uint32,
            ).reshape(-1, 2),
            lengths=np.searchsorted(lengths[order], np.arange(longest + 2)).astype(np.uint32),
            postings=np.concatenate([postings for postings, _ in segments]) if segments else np.empty(0, np.uint16),
            starts=np.array([starts + first for (_, starts), first in zip(segments, base, strict=False)], np.uint32)
            if segments
            else np.empty((0, BUCKETS + 1), np.uint32),
        )

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
        return cls(**{name: np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in FILES})

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
        self, folded: str, shortest: int, longest: int, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the texts of these folded lengths that share most trigrams with a folded text, and their scores."""
        last = len(self.lengths) - 1
        low, high = int(self.lengths[min(shortest, last)]), int(self.lengths[min(longest + 1, last)])
        buckets = np.unique(_buckets(f" {folded} "))
        found = [
            self._near_in_segment(segment, buckets, low, high, limit)
            for segment in range(low // SEGMENT, -(-high // SEGMENT))
        ]
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        positions = np.concatenate([each for each, _ in found])
        scores = np.concatenate([each for _, each in found])
        best = np.argsort(-scores, kind="stable")[:limit]
        return positions[best], scores[best]

    def _near_in_segment(
        self, segment: int, buckets: NDArray[np.int64], low: int, high: int, limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        starts = self.starts[segment]
        begin, end = starts[buckets], starts[buckets + 1]
        sizes = end - begin
        rarest = np.argsort(sizes, kind="stable")
        fits = np.cumsum(sizes[rarest]) <= MAX_POSTINGS
        fits[:3] = True
        taken = [self.postings[begin[i] : end[i]] for i in rarest[fits] if sizes[i]]
        if not taken:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        counts = np.bincount(np.concatenate(taken))
        first = segment * SEGMENT
        inside = counts[max(low - first, 0) : high - first]
        floor = max(1, int(inside.max(initial=0) * 0.5))
        local = np.flatnonzero(inside >= floor)
        shared = inside[local]
        if len(local) > limit:
            best = np.argpartition(-shared, limit)[:limit]
            local, shared = local[best], shared[best]
        positions = local + max(low, first)
        lengths = np.searchsorted(self.lengths, positions, side="right") - 1
        return positions, shared / np.sqrt(lengths + 2.0)


def _hash(folded: str) -> int:
    return zlib.crc32(folded.encode())


def _buckets(padded: str) -> NDArray[np.int64]:
    """Return the bucket of every three characters in a row."""
    codes = np.frombuffer(padded.encode("utf-32-le"), dtype=np.uint32)
    mixed = codes[:-2] * np.uint32(0x9E3779B1) + codes[1:-1] * np.uint32(0x85EBCA77) + codes[2:] * np.uint32(0xC2B2AE3D)
    return (mixed >> np.uint32(16)).astype(np.int64)


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
