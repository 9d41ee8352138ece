"""Properties of the rules over any small result, run through SQL."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.scoring.verdicts import Verdicts, judge
from value_index.database import Database, Row

CELLS = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.sampled_from([0.5, 1.0, 1e9, -2.25]),
    st.text(alphabet="ab '\"1.é", max_size=3),
)
RESULTS = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[CELLS] * width), min_size=1, max_size=6))
FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
STRANGER = "a cell that no result holds"


def sql(rows: list[Row]) -> str:
    """Write rows as a query."""
    return "SELECT * FROM (VALUES " + ", ".join(f"({', '.join(map(_literal, row))})" for row in rows) + ")"


def _literal(cell: object) -> str:
    if cell is None:
        return "NULL"
    return "'" + cell.replace("'", "''") + "'" if isinstance(cell, str) else repr(cell)


def wrong(verdicts: Verdicts) -> bool:
    """Whether every rule but BIRD's refuses."""
    return not any((verdicts.strict, verdicts.value, verdicts.official, verdicts.official_keep_distinct))


@FEW
@given(rows=RESULTS)
def test_a_result_equals_itself(people: Database, rows: list[Row]) -> None:
    verdicts = judge(people, sql(rows), sql(rows))
    assert verdicts.strict and verdicts.official and verdicts.official_keep_distinct and verdicts.bird


@FEW
@given(rows=RESULTS, seed=st.integers())
def test_row_order_is_not_seen_without_order_by(people: Database, rows: list[Row], seed: int) -> None:
    shuffled = random.Random(seed).sample(rows, len(rows))
    verdicts = judge(people, sql(rows), sql(shuffled))
    assert verdicts.strict and verdicts.official and verdicts.official_keep_distinct and verdicts.bird


@FEW
@given(rows=RESULTS, seed=st.integers())
def test_column_order_is_not_seen_under_value(people: Database, rows: list[Row], seed: int) -> None:
    order = random.Random(seed).sample(range(len(rows[0])), len(rows[0]))
    verdicts = judge(people, sql(rows), sql([tuple(row[i] for i in order) for row in rows]))
    assert verdicts.value


@FEW
@given(rows=RESULTS, seed=st.integers())
def test_a_duplicated_row_is_seen(people: Database, rows: list[Row], seed: int) -> None:
    verdicts = judge(people, sql(rows), sql([*rows, random.Random(seed).choice(rows)]))
    assert wrong(verdicts)
    assert verdicts.bird, "sets do not count"


@FEW
@given(rows=RESULTS, seed=st.integers())
def test_a_changed_cell_is_seen(people: Database, rows: list[Row], seed: int) -> None:
    chance = random.Random(seed)
    number, column = chance.randrange(len(rows)), chance.randrange(len(rows[0]))
    changed = list(rows)
    changed[number] = tuple(STRANGER if i == column else cell for i, cell in enumerate(rows[number]))
    verdicts = judge(people, sql(rows), sql(changed))
    assert wrong(verdicts) and not verdicts.bird


@FEW
@given(rows=RESULTS, cell=CELLS)
def test_a_further_column_is_seen(people: Database, rows: list[Row], cell: object) -> None:
    verdicts = judge(people, sql(rows), sql([(*row, cell) for row in rows]))
    assert wrong(verdicts) and not verdicts.bird
