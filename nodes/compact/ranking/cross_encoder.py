"""The cross-encoder: reads what was said beside each plan in words, and scores how well they fit; run by onnxruntime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from nodes.compact.features import CLS, SEP, Pieces, Tokenizer
from nodes.compact.ranking.verbalize import VERSION, Verbalizer
from nodes.compact.weights_archive import WeightsError, weights_archive
from nodes.plan import Plan
from value_index.schema import Schema

SHIPPED = Path(__file__).with_name("cross_encoder.zip")
"""The weights that come with the project."""
MADE_BY = "turnsql train rerank --export"
UTTERANCE, EARLIER, BEFORE, PLAN = range(4)
"""What a word piece belongs to: its segment."""
MOST_PIECES = {UTTERANCE: 64, EARLIER: 24, BEFORE: 32, PLAN: 62}
PLAN_START = 128
"""Position of a plan's first word piece: those of the context lie before it."""

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class TurnText:
    """One turn as word pieces: a context, and the plans that are read beside it."""

    context: Pieces
    segments: tuple[int, ...]
    """The segment of each piece of the context."""
    plans: tuple[Pieces, ...]


def turn_text(
    tokenizer: Tokenizer, schema: Schema, said: Sequence[str], previous: Plan | None, plans: Sequence[Plan]
) -> TurnText:
    """Put a turn and its plans into word pieces.

    Args:
        said: the utterances of the dialogue, the one to answer last.
        previous: the plan of the turn before; None at the start.
    """
    verbalizer = Verbalizer(schema, previous)
    texts = [(UTTERANCE, said[-1])]
    texts += [(EARLIER, said[-2])] if len(said) > 1 else []
    texts += [(BEFORE, Verbalizer(schema).of(previous))] if previous is not None else []
    context, segments = [CLS], [UTTERANCE]
    for segment, text in texts:
        pieces = (*_pieces(tokenizer, text, segment), SEP)
        context += pieces
        segments += [segment] * len(pieces)
    written = tuple((CLS, *_pieces(tokenizer, verbalizer.of(plan), PLAN), SEP) for plan in plans)
    return TurnText(tuple(context), tuple(segments), written)


def _pieces(tokenizer: Tokenizer, text: str, segment: int) -> Pieces:
    return tuple(tokenizer.encode(text, add_special_tokens=False).ids[: MOST_PIECES[segment]])


@dataclass(frozen=True)
class Batch:
    """Turns laid out without padding: N word pieces, those of the C contexts first, then those of the P plans."""

    ids: Indices
    """(N,)."""
    positions: Indices
    """(N,)."""
    segments: Indices
    """(N,)."""
    contexts: Indices
    """(C, S) the piece at each place of a context; N where there is none."""
    plans: Indices
    """(P, T) the same of the plans."""
    owners: Indices
    """(P,) the context that a plan is read beside."""
    context_places: Indices
    """The place in (C * S) of each piece of a context."""
    plan_places: Indices
    """The place in (P * T) of each piece of a plan."""

    @classmethod
    def of(cls, turns: Sequence[TurnText]) -> Batch:
        """Lay out some turns."""
        pieces = [turn.context for turn in turns]
        starts = [0] * len(turns)
        segments = [segment for turn in turns for segment in turn.segments]
        owners: list[int] = []
        for owner, turn in enumerate(turns):
            pieces += turn.plans
            starts += [PLAN_START] * len(turn.plans)
            owners += [owner] * len(turn.plans)
            segments += [PLAN] * sum(map(len, turn.plans))
        ids = _array(piece for each in pieces for piece in each)
        positions = _array(
            at for start, each in zip(starts, pieces, strict=True) for at in range(start, start + len(each))
        )
        contexts, context_places = _rows(pieces[: len(turns)], 0, len(ids))
        plans, plan_places = _rows(pieces[len(turns) :], len(context_places), len(ids))
        return cls(ids, positions, _array(segments), contexts, plans, _array(owners), context_places, plan_places)


def _array(values: Any) -> Indices:
    return np.array(list(values), np.int64)


def _rows(pieces: Sequence[Pieces], first: int, padding: int) -> tuple[Indices, Indices]:
    """Return where the pieces of each row stand, (rows, longest), and the places that hold one."""
    longest = max(map(len, pieces), default=0)
    rows = np.full((len(pieces), longest), padding, np.int64)
    for row, each in enumerate(pieces):
        rows[row, : len(each)] = np.arange(first, first + len(each))
        first += len(each)
    return rows, np.flatnonzero(rows != padding)


class CrossEncoder:
    """The graph with what its file says of it."""

    def __init__(self, path: Path) -> None:
        with weights_archive(path, MADE_BY) as (self.about, part):
            self._session = _session(part("cross_encoder.onnx"))
        if self.about.get("verbalizer") != VERSION:
            raise WeightsError(f"the cross-encoder {str(path)!r} reads plans in other words: make it anew by {MADE_BY}")

    def scores(self, text: TurnText) -> list[float]:
        """Return the score of each plan; they compare within one turn."""
        if not text.plans:
            return []
        found = cast("list[NDArray[np.float32]]", self._session.run(None, vars(Batch.of([text]))))
        return found[0].tolist()


def _session(graph: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=2)
def load_cross_encoder(weights: str = "") -> CrossEncoder:
    """Load a cross-encoder, once for each file; the one that comes with the project where none is named.

    Raises:
        WeightsError: it is missing, torn or of another version.
    """
    return CrossEncoder(Path(weights) if weights else SHIPPED)
