"""One case a rule: the gold, the prediction, and what each verdict says."""

from __future__ import annotations

import pytest

from eval.scoring.verdicts import Executions, judge
from value_index.database import Database, Result
from value_index.engines.sqlite.database import SQLiteDatabase

# gold, prediction, strict, value, official, official_keep_distinct, bird
CASES = {
    "itself": ("SELECT name FROM people", "SELECT name FROM people", "11111"),
    "label": ("SELECT count ( * ) FROM people", "SELECT COUNT(*) FROM people", "11111"),
    "alias": ("SELECT name FROM people", "SELECT name AS who FROM people", "01111"),
    "columns swapped": ("SELECT id, name FROM people", "SELECT name, id FROM people", "01110"),
    "duplicate dropped": ("SELECT name FROM people", "SELECT DISTINCT name FROM people", "00101"),
    "column added": ("SELECT name FROM people", "SELECT name, id FROM people", "00000"),
    "empty, other width": ("SELECT name FROM people WHERE id > 9", "SELECT id, name FROM people WHERE id > 9", "00111"),
    "rows turned round": ("SELECT id FROM people ORDER BY id", "SELECT id FROM people ORDER BY id DESC", "00001"),
    "no order asked": ("SELECT id FROM people", "SELECT id FROM people ORDER BY id DESC", "11111"),
    "tie": (
        "SELECT id FROM people WHERE age < 45 ORDER BY age",
        "SELECT id FROM people WHERE age < 45 ORDER BY age, id DESC",
        "11001",
    ),
    "tie, appended in a group": (
        "SELECT country FROM people GROUP BY country ORDER BY count(*) DESC",
        "SELECT country FROM people GROUP BY country ORDER BY count(*) DESC, country",
        "11001",
    ),
    "tie under an alias": (
        "SELECT country, count(*) AS n FROM people GROUP BY country ORDER BY n",
        "SELECT country, count(*) AS n FROM people GROUP BY country ORDER BY n, country DESC",
        "11001",
    ),
    "order inside only": (
        "SELECT id FROM (SELECT id FROM people ORDER BY id)",
        "SELECT id FROM people ORDER BY id DESC",
        "11001",
    ),
    "int and float": ("SELECT id FROM people", "SELECT CAST(id AS REAL) AS id FROM people", "11111"),
    "int and float, sorted apart": (
        "SELECT id, 10 * id AS x FROM people WHERE id = 1",
        "SELECT id, CAST(10 * id AS REAL) AS x FROM people WHERE id = 1",
        "11111",
    ),
    "float noise": ("SELECT 0.3 AS x", "SELECT 0.1 + 0.2 AS x", "11000"),
    "float beyond tolerance": ("SELECT 1.0 AS x", "SELECT 1.00001 AS x", "00000"),
    "spaced operator": ("SELECT id FROM people WHERE id > = 3", "SELECT id FROM people WHERE id >= 3", "11111"),
    "broken": ("SELECT id FROM people", "SELECT nothing FROM people", "00000"),
    "no sql": ("SELECT id FROM people WHERE id > 9", " ", "00000"),
    "write refused": ("SELECT id FROM people", "DELETE FROM people", "00000"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_rule(people: Database, case: str) -> None:
    gold, predicted, expected = CASES[case]
    verdicts = judge(people, gold, predicted)
    given = (verdicts.strict, verdicts.value, verdicts.official, verdicts.official_keep_distinct, verdicts.bird)
    assert "".join(str(int(bool(verdict))) for verdict in given) == expected
    assert verdicts.unscored is None


def test_notes_say_what_was_forgiven(people: Database) -> None:
    assert judge(people, "SELECT id, name FROM people", "SELECT name, id FROM people").notes == ("reordered",)
    assert judge(people, "SELECT id, id + 0 FROM people", "SELECT id * 1, id FROM people").notes == ("ambiguous",)
    flagged = judge(
        people,
        "SELECT DISTINCT name FROM people WHERE age < 45 ORDER BY age",
        "SELECT DISTINCT name FROM people WHERE age < 45 ORDER BY age, id DESC",
    )
    assert flagged.notes == ("tie_flagged",)
    assert flagged.value is False


def test_strict_raw_keeps_case_and_spaces(people: Database) -> None:
    verdicts = judge(people, "SELECT count ( * ) FROM people", "SELECT COUNT(*) FROM people")
    assert (verdicts.strict, verdicts.strict_raw) == (True, False)


def test_gold_that_does_not_run_is_unscored(people: Database) -> None:
    verdicts = judge(people, "SELECT nothing FROM people", "SELECT id FROM people")
    assert verdicts.value is None
    assert (verdicts.unscored or "").startswith("gold_error")


def test_three_ways_to_have_no_rows_are_told_apart(people: Database) -> None:
    endless = "WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM t) SELECT count(*) FROM t"
    hurried = Executions(deadline=0.2)
    assert judge(people, endless, "SELECT 1", executions=hurried).unscored == "gold_timeout"
    late = judge(people, "SELECT 1", endless, executions=hurried)
    assert (late.value, late.unscored, late.notes) == (False, None, ("prediction_timeout",))


class _Lost(SQLiteDatabase):
    def execute(self, *_: object, **__: object) -> Result:
        raise OSError("the disk is gone")


def test_a_harness_fault_is_neither(people: SQLiteDatabase) -> None:
    verdicts = judge(_Lost(people.path, people.schema), "SELECT 1", "SELECT 1")
    assert (verdicts.unscored or "").startswith("harness_fault")
    assert verdicts.value is None
