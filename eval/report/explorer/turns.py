"""explorer_data: every turn of the runs of a report, as the page's explorer reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any

from eval.gold.outputs import GoldBook
from eval.report.explorer.results import Results
from eval.report.run_view import RunView, TurnView
from eval.report.stage_texts import gold_texts, stage_texts
from eval.report.wrong_turns import Faults, WrongTurn
from eval.runs.history import Histories
from eval.turn_key import TurnKey
from nodes.plan import Plan
from nodes.plan.render import plan_clauses

Json = dict[str, Any]
VERDICTS = ("value", "strict", "official", "bird", "suite")


@dataclass(frozen=True)
class ExplorerTurn:
    """One turn as the page reads it."""

    turn: Json
    """The question and its gold."""
    answers: tuple[Json | None, ...]
    """What each run made of it; None where a run lacks it."""


def explorer_runs(runs: Sequence[tuple[RunView, Faults]]) -> list[Json]:
    """Return what the page says of the runs."""
    return [{"name": run.name, "history": run.summary.history} for run, _ in runs]


def explorer_data(runs: Sequence[tuple[RunView, Faults]]) -> Json:
    """Return the runs, the turns that any of them has, and each run's answers by turn."""
    turns = list(explorer_turns(runs))
    return {
        "runs": explorer_runs(runs),
        "turns": [each.turn for each in turns],
        "answers": [[each.answers[place] for each in turns] for place in range(len(runs))],
    }


def explorer_turns(runs: Sequence[tuple[RunView, Faults]]) -> Iterator[ExplorerTurn]:
    """Yield the turns that any run has, in the order of the data sets, one at a time.

    Runs share a turn where the data set, the place in it and the words agree.
    """
    results = Results()
    readers = [_Reader(run, faults, results) for run, faults in runs]
    placed = merge(*map(_places, range(len(runs)), readers), key=itemgetter(0))
    for (corpus, *_), group in groupby(placed, key=itemgetter(0)):
        yield from _shared([(place, turn) for _, place, turn in group], readers, corpus)


def _places(place: int, reader: _Reader) -> Iterator[tuple[tuple[str, int, int], int, TurnView]]:
    for turn in reader.run.turns:
        yield (reader.corpus, turn.record.dialogue, turn.record.turn), place, turn


def _shared(found: Sequence[tuple[int, TurnView]], readers: Sequence[_Reader], corpus: str) -> Iterator[ExplorerTurn]:
    """Yield the turns of one place in the data: one, unless runs over other data have other words there."""
    by_words: dict[str, list[tuple[int, TurnView]]] = {}
    for place, turn in found:
        by_words.setdefault(turn.record.utterance, []).append((place, turn))
    for number, same in enumerate(by_words.values()):
        first = next((each for each in same if each[1].gold_sql), same[0])
        dialogue, turn = first[1].record.key
        # Where another turn of other data has the name, the rows' hash tells them apart.
        told = f"-{readers[first[0]].run.manifest.rows_sha256[:8]}" if number else ""
        answers: list[Json | None] = [None] * len(readers)
        for place, view in same:
            answers[place] = readers[place].answer(view)
        name = f"{corpus.replace(' ', '-')}{told}/{dialogue}/{turn}"
        yield ExplorerTurn({"id": name, **readers[first[0]].turn(first[1])}, tuple(answers))


class _Reader:
    """Reads the turns of one run."""

    def __init__(self, run: RunView, faults: Faults, results: Results) -> None:
        self.run, self.faults, self.results = run, faults, results
        self.book = GoldBook(run.dataset) if run.dataset else None
        self.corpus = f"{run.manifest.dataset} {run.manifest.split}"
        self._sql: dict[TurnKey, str] = {}
        """The SQL of the dialogue that is read."""

    def turn(self, turn: TurnView) -> Json:
        """Return what all runs share of a turn: the question and its gold."""
        record, scores, book = turn.record, turn.scores, self.book
        gold = book.turn(*record.key) if book else None
        return {
            "corpus": self.corpus,
            "dialogue": record.dialogue,
            "turn": record.turn,
            "database": record.database_id,
            "utterance": record.utterance,
            "hardness": scores.hardness,
            "features": list(scores.features),
            "flags": list(scores.gold_flags),
            "unscored": scores.unscored,
            "gold": turn.gold_sql,
            "plan": _clauses(gold.plan if gold else None),
            "rows": asdict(self.results.sample(book.dataset.open_database(record.database_id), turn.gold_sql))
            if book and turn.gold_sql
            else None,
            "stages": gold_texts(gold) if gold else None,
        }

    def answer(self, turn: TurnView) -> Json:
        """Return what this run made of a turn."""
        record, scores, book = turn.record, turn.scores, self.book
        if not any(key.dialogue == record.dialogue for key in self._sql):
            self._sql = {}
        self._sql[record.key] = record.sql
        found: Json = {
            "mark": turn.mark,
            "sql": record.sql,
            "error": record.error or (record.no_question.message if record.no_question else None),
            "ms": round(record.timing.get("ms", 0.0), 1),
            "verdicts": {name: value for name in VERDICTS if (value := getattr(scores, name)) is not None},
            "notes": [note for note in (scores.cause, scores.no_result, scores.suite_shown_by, scores.retry) if note],
            "confidence": record.confidence,
            "plan": _clauses(book.plan_of(record.database_id, record.sql) if book else None),
            "fault": _fault(self.faults.get(record.key)),
            "history": self._history(turn),
            "stages": list(self._stages(turn)) if record.outcome not in ("not_run", "no_question") else [],
        }
        if book and turn.gold_sql and turn.mark == "wrong":
            database = book.dataset.open_database(record.database_id)
            difference = self.results.difference(database, turn.gold_sql, record.sql)
            found["difference"] = asdict(difference) if difference else None
        return found

    def _history(self, turn: TurnView) -> list[str] | None:
        """Return the SQL of the earlier turns that the graph was fed; None if it cannot be told any more."""
        manifest, dialogue, number = self.run.manifest, turn.record.dialogue, turn.record.turn
        if manifest.history == "predicted":
            return [self._sql.get(TurnKey(dialogue, past), "") for past in range(number)]
        if self.book is None or (manifest.history == "noised" and manifest.noise_rate is None):
            return None
        histories = Histories(manifest.history, self.book, manifest.noise_seed or 0, manifest.noise_rate or 0.0)
        return [past.sql for past in histories.before(self.book.dataset.by_index[dialogue], number, {})]

    def _stages(self, turn: TurnView) -> Iterator[Json]:
        for given in stage_texts(turn):
            scores = turn.scores.stages.get(given.stage, {}).get("in_graph", {})
            yield {
                "stage": given.stage,
                "variant": given.variant,
                "ms": round(given.ms, 2),
                "lines": given.lines,
                "scores": {name: round(score, 3) for name, score in scores.items()},
            }


def _clauses(plan: Plan | None) -> list[tuple[str, str]] | None:
    return plan_clauses(plan) if plan else None


def _fault(fault: WrongTurn | None) -> Json | None:
    return asdict(fault) if fault else None
