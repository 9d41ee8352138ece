# pyright: basic, reportMissingImports=false
"""How much of what a model writes is right, by the project's own scorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.judge import judge
from nodes.choice.ask import answered_sql
from training.sft.rows import ChatRow
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

ANSWER_TOKENS = 128


class SqlScorer:
    """Answers rows greedily and runs the answers; databases stay open between two looks."""

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch: int, template: Mapping[str, Any]
    ) -> None:
        self._model, self._tokenizer, self._batch, self._template = model, tokenizer, batch, template
        self._open: dict[str, Database] = {}
        self._executions = Executions()

    def accuracy(self, rows: Sequence[ChatRow]) -> float:
        """Return the share of rows whose answer gives the rows that the gold gives, by the value verdict."""
        right = [self._right(row, answer) for row, answer in zip(rows, self.answers(rows), strict=True)]
        return sum(right) / len(right) if right else 0.0

    def answers(self, rows: Sequence[ChatRow]) -> list[str]:
        """Return the greedy answers, in order; alike long prompts share a batch."""
        was_training = self._model.training
        self._model.eval()
        order = sorted(range(len(rows)), key=lambda index: sum(len(m["content"]) for m in rows[index].prompt))
        found = [""] * len(rows)
        for start in range(0, len(order), self._batch):
            part = order[start : start + self._batch]
            for index, text in zip(part, self._generate([rows[index] for index in part]), strict=True):
                found[index] = text
        self._model.train(was_training)
        return found

    def _generate(self, rows: Sequence[ChatRow]) -> list[str]:
        asked = self._tokenizer.apply_chat_template(
            [row.prompt for row in rows], add_generation_prompt=True, padding=True, return_tensors="pt",
            return_dict=True, padding_side="left", **self._template,
        ).to(self._model.device)  # fmt: skip
        with torch.no_grad():
            written = self._model.generate(
                **asked, max_new_tokens=ANSWER_TOKENS, do_sample=False, pad_token_id=self._tokenizer.pad_token_id
            )
        return self._tokenizer.batch_decode(written[:, asked["input_ids"].shape[1] :], skip_special_tokens=True)

    def _right(self, row: ChatRow, answer: str) -> bool:
        path = str(row.database)
        if path not in self._open:
            self._open[path] = SQLiteDatabase.open(row.database, database_id=row.database_id)
        return (
            judge(self._open[path], row.gold, answered_sql(answer, row.candidates), executions=self._executions).value
            is True
        )


class HeldOutLoss:
    """The loss of the answers of rows that are not trained on: next to free beside answering them."""

    def __init__(
        self,
        model: PreTrainedModel,
        collate: Callable[[list[Any]], Any],
        rows: Sequence[dict[str, list[int]]],
        batch: int,
    ) -> None:
        self._model, self._collate, self._batch = model, collate, batch
        self._rows = sorted(rows, key=lambda row: len(row["input_ids"]))

    def mean(self) -> float:
        """Return the mean over batches, 0 without rows."""
        was_training = self._model.training
        self._model.eval()
        with torch.no_grad():
            batches = [self._rows[at : at + self._batch] for at in range(0, len(self._rows), self._batch)]
            found = [float(self._model(**self._at_device(batch)).loss) for batch in batches]
        self._model.train(was_training)
        return sum(found) / len(found) if found else 0.0

    def _at_device(self, batch: Sequence[dict[str, list[int]]]) -> dict[str, Any]:
        # A collator gives a mapping that need not know `to`.
        return {name: values.to(self._model.device) for name, values in self._collate(list(batch)).items()}
