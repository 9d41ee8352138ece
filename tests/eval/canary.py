"""Canary tokens: planted wherever gold stands in a data file, looked for wherever a run leaves a trace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.datasets import load
from eval.gold.outputs import GoldBook
from eval.records import HistoryMode
from nodes.plan import LiteralTerm, Plan, Predicate
from nodes.plan.traversal import conjunction, conjuncts
from nodes.sql.from_plan import from_plan

TOKEN = re.compile(r"canary-(\d+)-(\d+|[a-z]+)-leak")


def token(dialogue: int, place: int | str) -> str:
    """A word that no data set, schema or program has: of a turn's gold SQL, or of a field beside the turns."""
    return f"canary-{dialogue}-{place}-leak"


def plant(file: Path, archive: Path) -> int:
    """Rewrite a CoSQL split: a true predicate with a token in each gold SQL, tokens in every other gold field.

    Returns:
        How many gold queries hold a token.
    """
    dataset = load("cosql", archive, "dev")
    book, rows, planted = GoldBook(dataset), json.loads(file.read_text()), 0
    for index, row in enumerate(rows):
        row["final"] = {"utterance": token(index, "final"), "query": f"SELECT '{token(index, 'final')}'"}
        row["goal"] = {"text": token(index, "goal")}
        for turn, item in enumerate(row["interaction"]):
            plan = book.plan(index, turn)
            if plan is not None:
                schema = dataset.open_database(row["database_id"]).schema
                item["query"] = from_plan(_marked(plan, token(index, turn)), schema)
                planted += 1
            item |= {
                "result": [[token(index, "result")]],
                "system": token(index, "system"),
                "sql": {"where": token(index, "parse")},
            }
    file.write_text(json.dumps(rows))
    dataset.close()
    return planted


def leaks(text: str, *, dialogue: int, turn: int, history: HistoryMode) -> Iterator[str]:
    """Yield the tokens of a text that a turn must not know.

    Under gold and noised history the SQL of earlier turns of the same dialogue is the declared exception.
    """
    for found in TOKEN.finditer(text):
        at, place = found.groups()
        earlier = int(at) == dialogue and place.isdigit() and int(place) < turn
        if history == "predicted" or not earlier:
            yield found[0]


def run_leaks(folder: Path, history: HistoryMode) -> list[str]:
    """Look through everything that a run leaves but `alone.jsonl`, which may hold what is derived from gold."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.name == "turns.jsonl":
            for line in path.read_text().splitlines():
                record: dict[str, Any] = json.loads(line)
                found += leaks(line, dialogue=record["dialogue"], turn=record["turn"], history=history)
        elif path.is_file() and path.name != "alone.jsonl":
            found += [match[0] for match in TOKEN.finditer(path.read_bytes().decode(errors="replace"))]
    return found


def _marked(plan: Plan, word: str) -> Plan:
    """Add a condition that is always true; ORDER BY, LIMIT and the rest stay, so the answer does."""
    true = Predicate(left=LiteralTerm(value=word), operator="=", right=(LiteralTerm(value=word),))
    return plan.model_copy(update={"where": conjunction((*conjuncts(plan.where), true))})
