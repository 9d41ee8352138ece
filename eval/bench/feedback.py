"""feedback_worth: what answers that were kept as right are worth, on a suite before and after."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from agent.storage.feedback import Feedback
from eval.conversations.result import TurnResult
from eval.conversations.run import SuiteOptions, run_suite
from eval.conversations.suite_file import read_suite
from value_index.connect import absolute
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel
from value_index.render import strict_json


class PairedTurns(FrozenModel):
    """The same turns without and with what was kept."""

    turns: int
    before: int
    """Right turns without."""
    fixed: int
    broken: int


class FeedbackWorth(FrozenModel):
    """What keeping answers is worth."""

    kept: int
    asked_again: PairedTurns
    """The questions that were kept."""
    after_them: PairedTurns
    """The turns that follow one of them in its dialogue."""
    elsewhere: PairedTurns
    """All turns of the other dialogues."""

    def lines(self) -> list[str]:
        """Return the lines that a person reads."""
        parts = {
            "the kept questions": self.asked_again,
            "turns after them": self.after_them,
            "other dialogues": self.elsewhere,
        }
        return [f"{self.kept} answers kept"] + [
            f"{name:<20}{part.turns:>6} turns{part.before:>6} right before{part.fixed:>6} fixed{part.broken:>6} broken"
            for name, part in parts.items()
        ]


def feedback_worth(suite: Path, database: tuple[str, ...], keep: int, config: Path | None) -> FeedbackWorth:
    """Answer a suite, keep the right SQL of the first questions of some dialogues, wrong ones first, and answer it again.

    Raises:
        TurnSQLError: the suite or the database cannot be used.
    """
    dialogues = read_suite(suite).dialogues
    with tempfile.TemporaryDirectory() as folder:

        def answered(name: str, knowledge: tuple[Path, ...]) -> tuple[TurnResult, ...]:
            return run_suite(
                SuiteOptions(suite, database, Path(folder) / name, config=config, knowledge=knowledge)
            ).turns

        before = answered("before", ())
        right = {turn.dialogue for turn in before if turn.turn == 0 and turn.right}
        openings = [at for at, dialogue in enumerate(dialogues) if dialogue.turns[0].sql]
        chosen = set(sorted(openings, key=lambda at: at in right)[:keep])
        feedback = Feedback(Path(folder) / "feedback.jsonl")
        for at in chosen:
            turn = dialogues[at].turns[0]
            address = absolute(database[0])
            feedback.keep(database=address, question=turn.ask, history=(), sql=turn.sql[0], edited=at not in right)
        known = Path(folder) / "kept.yaml"
        questions = [{"question": each.question, "sql": each.sql} for each in feedback.entries()]
        write_atomically(known, strict_json({"questions": questions}))  # JSON is YAML
        after = answered("after", (known,))
    pairs = list(zip(before, after, strict=True))
    return FeedbackWorth(
        kept=len(chosen),
        asked_again=_paired(pair for pair in pairs if pair[0].dialogue in chosen and pair[0].turn == 0),
        after_them=_paired(pair for pair in pairs if pair[0].dialogue in chosen and pair[0].turn > 0),
        elsewhere=_paired(pair for pair in pairs if pair[0].dialogue not in chosen),
    )


def _paired(pairs: Iterable[tuple[TurnResult, TurnResult]]) -> PairedTurns:
    verdicts = [(bool(one.right), bool(other.right)) for one, other in pairs]
    return PairedTurns(
        turns=len(verdicts),
        before=sum(one for one, _ in verdicts),
        fixed=verdicts.count((False, True)),
        broken=verdicts.count((True, False)),
    )
