"""Questions of a new user over small databases, with the rows that they should give."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

DATABASES = Path(__file__).parent.parent / "databases"
Rows = list[tuple[Any, ...]]


class Case(NamedTuple):
    """A question with its rows."""

    database: str
    question: str
    rows: Rows
    ordered: bool = False


def names(*values: object) -> Rows:
    """Return values as rows of one column."""
    return [(value,) for value in values]


ALL_RUNNERS = names("Hal", "Dot", "Gus", "Bea", "Fay", "Jo", "Cal", "Ivy", "Abe", "Eli")
CASES = [
    Case("clients", "How many clients are in Iceland?", names(0)),
    Case("clients", "List the clients from Australia", []),
    Case("clients", "List the clients in Berlin", []),
    Case("clients", "How many clients are in the United States?", names(1)),
    Case("clients", "Which clients are from Ireland?", names("Aster", "Fern")),
    Case("shop", "How many sales were there in 2024?", names(3)),
    Case("shop", "How many sales were made between 2023-01-01 and 2023-12-31?", names(2)),
    Case("shop", "How many sales were there last year?", names(0)),
    Case("shop", "How many sales were there before 2024?", names(2)),
    Case("shop", "How many sales were there in June 2023?", names(1)),
    Case("shop", "How many sales were there since March 2024?", names(2)),
    Case("shop", "How many sales have not shipped?", names(2)),
    Case("shop", "Which products have Pe in their name?", names("Pen")),
    Case("shop", "Which products start with La?", names("Lamp")),
    Case("shop", "Which products are discontinued?", names("Rug")),
    Case("shop", "Which products cost more than twenty?", names("Rug", "Desk")),
    Case("runners", "Give me six runners with the lowest time", names("Bea", "Fay", "Dot", "Hal", "Abe", "Gus"), ordered=True),
    Case("runners", "Who are the two fastest runners?", names("Bea", "Fay"), ordered=True),
    Case("runners", "Who are the 5 oldest runners?", names("Hal", "Dot", "Gus", "Bea", "Fay"), ordered=True),
    Case("runners", "Names of runners sorted by age, oldest first", ALL_RUNNERS, ordered=True),
    Case("runners", "List clubs and their number of runners, largest first", [("Red", 4)], ordered=True),
    Case("runners", "Names of runners older than thirty", names("Bea", "Dot", "Gus", "Hal")),
    Case("accounts", "How many accounts are active?", names(2)),
    Case("accounts", "Which owners have a card?", names("Uma", "Wes")),
    Case("accounts", "Who has no card?", names("Vic")),
    Case("accounts", "List the owners of inactive accounts", names("Vic")),
    Case("accounts", "How many accounts are verified?", names(2)),
    Case("films", "Which films have no director?", names("Bay")),
    Case("films", "Which films have an unknown gross?", names("Bay")),
    Case("nokeys", "What is the total amount of orders from customers in Leeds?", names(500.5)),
    Case("nokeys", "List the names of customers who ordered bolts", names("Mills Ltd")),
    Case("ward", "How many visits did Marta Silva make?", names(1)),
    Case("ward", "Which places did Doe visit?", names("Ward B", "Ward A")),
    Case("club", "Total fee per town", [("Bath", 39.0), ("Hull", 30.0)]),
    Case("club", "Average fee by club title", [("Chess", 11.0), ("Choir", 8.5), ("Rowing", 30.0)]),
    Case("tools", "List products that cost more than 20", names("Saw", "Drill")),
    Case("tools", "What is the most expensive product?", names("Saw")),
    Case("league", "List the names of the home team and the away team of every game",
         [("Falcons", "Otters"), ("Otters", "Bears"), ("Bears", "Falcons"), ("Falcons", "Bears")]),
    Case("league", "How many games did the Falcons play away?", names(1)),
    Case("depot", "Which items are out of stock?", names("Crate", "Barrel")),
    Case("depot", "Which clerks live in Norway?", [("Ben", "Moss")]),
    Case("depot", "Which items were never rented?", names("Barrel", "Ladder")),
    Case("branches", "Are there any branches in Shanghai?", names("Bund", "Pudong")),
]  # fmt: skip
UNBOUNDED = frozenset(("List clubs and their number of runners, largest first",))
"""Questions of whose rows the first are checked: the rest come in any order."""


def matches(rows: Rows, case: Case) -> bool:
    """Tell whether each wanted row is there, and no other; a row may show more than what was asked for."""
    if case.question in UNBOUNDED:
        rows = rows[: len(case.rows)]
    if len(rows) != len(case.rows):
        return False
    if case.ordered:
        return all(set(wanted) <= set(row) for wanted, row in zip(case.rows, rows, strict=True))
    left = list(rows)
    for wanted in case.rows:
        found = next((row for row in left if set(wanted) <= set(row)), None)
        if found is None:
            return False
        left.remove(found)
    return True
