"""A short round of every target, the same inputs on every machine; `make fuzz` goes on from there."""

from __future__ import annotations

import pytest

from tests.fuzz.target import bounded
from tests.fuzz.targets import TARGETS

EXAMPLES = {
    "sql": 150,
    "sqlite": 40,
    "endpoint": 200,
    "data": 60,
    "run": 60,
    "suite": 100,
    "knowledge": 100,
    "import": 25,
}


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_from_outside_ends_in_a_traceback(name: str) -> None:
    TARGETS[name].run(0, EXAMPLES[name])


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name in TARGETS for place in range(len(TARGETS[name].kept))]
)
def test_what_was_a_fault_once_is_none(name: str, place: int) -> None:
    with bounded():
        TARGETS[name].attempt(TARGETS[name].kept[place])
