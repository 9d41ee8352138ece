"""MixRows: the rows of the chosen turns, made once each, none longer than the context."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.progress import Progress
from nodes.llm.messages import EndpointError
from nodes.state import Stage
from training.data.chat import ChatMaker, ChatRow
from training.data.lengths import Lengths
from training.data.mix.config import MixConfig
from training.data.mix.draw import draw_mix
from training.data.parts import PartFile
from training.data.turns import MixTurn
from training.settings import TrainingError


@dataclass(frozen=True)
class MixRows:
    """Makes the rows of turns and measures them."""

    settings: MixConfig
    maker: ChatMaker
    parts: PartFile
    """Keeps what is made, so that a killed run goes on."""
    count: Callable[..., int]
    """Counts the tokens of messages."""
    counted_by: str
    left_out: Counter[str]
    """Counts what is left out, by cause."""

    async def make(self, turns: Sequence[MixTurn]) -> None:
        """Make the rows of every turn that has none yet.

        Raises:
            TrainingError: the prompts cannot be made.
        """
        distinct = list({turn.key: turn for turn in turns}.values())
        todo = [turn for turn in distinct if turn.key not in self.parts.done]
        with Progress("turns", total=len(distinct), done=len(distinct) - len(todo)) as progress:
            for turn in todo:
                try:
                    self.parts.add(turn.key, await self.maker.rows(turn))
                except EndpointError as error:
                    raise TrainingError(f"{turn.key}: {error}") from error
                progress.advance()

    def drawn_again(self, chosen: list[MixTurn], pool: Sequence[MixTurn]) -> list[MixTurn]:
        """Put others in the place of turns that have a row longer than the context, until none is left to draw."""
        kept, tried = [turn for turn in chosen if self._fits(turn)], {turn.key for turn in chosen}
        cause, settings = "longer than the context, others drawn", self.settings
        self.left_out[cause] += len(chosen) - len(kept)
        while (missing := len(chosen) - len(kept)) and (rest := [turn for turn in pool if turn.key not in tried]):
            drawn = draw_mix({"": rest}, {"": 1.0}, rows=missing, balance=settings.balance, seed=settings.seed)
            asyncio.run(self.make(drawn))
            tried |= {turn.key for turn in drawn}
            kept += [turn for turn in drawn if self._fits(turn)]
            self.left_out[cause] += sum(not self._fits(turn) for turn in drawn)
        return kept

    def _fits(self, turn: MixTurn) -> bool:
        return all(self.count(row.messages) <= self.settings.context_tokens for row in self.parts.done[turn.key])

    def measured(
        self, chosen: Mapping[str, Sequence[MixTurn]]
    ) -> tuple[dict[str, dict[Stage, list[ChatRow]]], dict[str, Lengths]]:
        """Gather the rows by split and stage, and the lengths of those to train on by stage.

        Raises:
            TrainingError: a row is longer than the context, and the settings refuse such.
        """
        rows: dict[str, dict[Stage, list[ChatRow]]] = {split: {} for split in chosen}
        lengths: defaultdict[str, list[int]] = defaultdict(list)
        for split, turns in chosen.items():
            for row, tokens in (each for turn in turns for each in self._measured(turn)):
                rows[split].setdefault(row.stage, []).append(row)
                if split == "train":
                    lengths[row.stage].append(tokens)
        most = self.settings.context_tokens
        return rows, {stage: Lengths.of(found, most, self.counted_by) for stage, found in lengths.items()}

    def _measured(self, turn: MixTurn) -> Iterator[tuple[ChatRow, int]]:
        """Yield the rows of a turn with their tokens, but those that are longer than the context."""
        for row in self.parts.done[turn.key]:
            tokens, most = self.count(row.messages), self.settings.context_tokens
            if tokens <= most:
                yield row, tokens
            elif self.settings.too_long == "refuse":
                raise TrainingError(
                    f"{turn.key}: the {row.stage} row has {tokens:,} tokens ({self.counted_by}), context_tokens allows "
                    f'{most:,}: raise it, or set too_long = "leave_out"; rows are never cut'
                )
            else:
                self.left_out[f"{row.stage} row longer than the context"] += 1
