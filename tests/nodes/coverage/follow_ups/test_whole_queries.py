"""The whole queries that a turn makes of the one before: both together, totals, one of several values, chosen groups, places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.coverage.follow_ups.ferries import fired
from tests.nodes.small_database import small_database

STUDIOS = """
CREATE TABLE studio(studio_id INTEGER PRIMARY KEY, name TEXT, town TEXT);
CREATE TABLE potter(potter_id INTEGER PRIMARY KEY, full_name TEXT, school TEXT, studio_id INTEGER REFERENCES studio);
CREATE TABLE pot(pot_id INTEGER PRIMARY KEY, label TEXT, glaze TEXT, weight REAL, potter_id INTEGER REFERENCES potter);
CREATE TABLE sitting(sitting_id INTEGER PRIMARY KEY, potter_id INTEGER REFERENCES potter, held_on DATE, fee REAL, minutes INTEGER,
                     state TEXT, closed_on DATE);
INSERT INTO studio VALUES(1,'Kiln End','Ely'),(2,'Wheelhouse','Ware');
INSERT INTO potter VALUES(1,'Una Bell','north',1),(2,'Rab Dow','south',2),(3,'Ina Rae','north',1);
INSERT INTO pot VALUES(1,'Jug','matt',2.5,1),(2,'Bowl','gloss',1.5,2),(3,'Vase','celadon',3.0,1);
INSERT INTO sitting VALUES(1,1,'2022-03-01',40,60,'open',NULL),(2,2,'2023-05-02',55,90,'closed','2023-05-03'),(3,1,'2023-06-01',60,30,'closed','2023-06-02');
"""
MATT, GLOSS = "SELECT count(*) FROM pot WHERE glaze = 'matt'", "SELECT count(*) FROM pot WHERE glaze = 'gloss'"
NORTH = "SELECT full_name FROM potter WHERE school = 'north'"
MANY = "SELECT T1.full_name FROM potter AS T1 JOIN pot AS T2 ON T1.potter_id = T2.potter_id GROUP BY T1.potter_id HAVING count(*) > 1"
MOST = MANY.replace("HAVING count(*) > 1", "ORDER BY count(*) DESC LIMIT 1")
CHOSEN = f"T1.potter_id IN ({MANY.replace('T1.full_name', 'T1.potter_id')})"
WITH_SITTINGS = "FROM potter AS T1 JOIN sitting AS T2 ON T1.potter_id = T2.potter_id"
YEARS = "SELECT strftime('%Y', held_on), count(*) FROM sitting GROUP BY strftime('%Y', held_on) ORDER BY strftime('%Y', held_on)"
MINUTES = f"SELECT T1.full_name, sum(T2.minutes) {WITH_SITTINGS} GROUP BY T1.potter_id"
SHARE = "SELECT 100.0 * sum(CASE WHEN glaze = 'matt' THEN 1 ELSE 0 END) / count(*) FROM pot"
BEST_REGION = "SELECT school FROM potter GROUP BY school ORDER BY count(*) DESC LIMIT 1"
BEST_POTTER = "SELECT full_name FROM potter ORDER BY potter_id LIMIT 1"
IN_2022 = "SELECT sum(fee) FROM sitting WHERE state = 'closed' AND held_on >= '2022-01-01' AND held_on < '2023-01-01'"

CASES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("two values are asked of at once", "both together?", (MATT, GLOSS),
     "SELECT count(*) FROM pot WHERE glaze IN ('matt', 'gloss')"),
    ("all values named one after the other", "all three together", (MATT, GLOSS, GLOSS.replace("gloss", "celadon")),
     "SELECT count(*) FROM pot WHERE glaze IN ('matt', 'gloss', 'celadon')"),
    ("one of several values is kept", "just the matt ones", ("SELECT label FROM pot WHERE glaze = 'gloss' OR glaze = 'matt'",),
     "SELECT label FROM pot WHERE glaze = 'matt'"),
    ("one of several values is left out", "without the matt ones", ("SELECT label FROM pot WHERE glaze IN ('gloss', 'matt', 'celadon')",),
     "SELECT label FROM pot WHERE glaze IN ('gloss', 'celadon')"),
    ("a condition is taken back", "forget the year", (IN_2022,), "SELECT sum(fee) FROM sitting WHERE state = 'closed'"),
    ("an amount shown is summed", "what do they add up to?", ("SELECT label, weight FROM pot WHERE glaze = 'matt'",),
     "SELECT sum(weight) FROM pot WHERE glaze = 'matt'"),
    ("the money of the rows is summed", "what did those bring in?", ("SELECT sitting_id FROM sitting WHERE state = 'closed'",),
     "SELECT sum(fee) FROM sitting WHERE state = 'closed'"),
    ("the money that belongs to the rows is summed", "what have they paid in all?", (NORTH,),
     f"SELECT sum(T2.fee) {WITH_SITTINGS} WHERE T1.school = 'north'"),
    ("a measure is summed", "how heavy are they altogether?", (MATT,), "SELECT sum(weight) FROM pot WHERE glaze = 'matt'"),
    ("money of groups that a count chose", "how much did they pay?", (MANY,),
     f"SELECT T1.full_name, sum(T2.fee) {WITH_SITTINGS} WHERE {CHOSEN.replace('T2 ', 'T2 ')} GROUP BY T1.potter_id"),
    ("rows of groups that a count chose", "how many sittings do they have?", (MANY,),
     f"SELECT T1.full_name, count(*) {WITH_SITTINGS} WHERE {CHOSEN} GROUP BY T1.potter_id"),
    ("what groups that a count chose lead to", "which studio are they in?", (MANY,),
     f"SELECT T1.full_name, T2.name FROM potter AS T1 JOIN studio AS T2 ON T1.studio_id = T2.studio_id WHERE {CHOSEN}"),
    ("what the best group leads to", "which studio is that potter in?", (MOST,),
     "SELECT T1.full_name, T2.name FROM potter AS T1 JOIN studio AS T2 ON T1.studio_id = T2.studio_id"
     f" WHERE T1.potter_id = ({MOST.replace('T1.full_name', 'T1.potter_id')})"),
    ("groups that a count left out", "and the others?", (MANY,), MANY.replace("> 1", "<= 1")),
    ("another part of a time", "by month instead", (YEARS,), YEARS.replace("%Y", "%Y-%m")),
    ("the quarters of a year", "by quarter instead", (YEARS,),
     YEARS.replace("strftime('%Y', held_on)", "strftime('%Y', held_on) || '-Q' || ((CAST(strftime('%m', held_on) AS INTEGER) + 2) / 3)")),
    ("a sum as an average of its rows", "on average per sitting?", (MINUTES,), MINUTES.replace("sum(", "avg(")),
    ("the share of others", "and gloss?", (SHARE,), SHARE.replace("matt", "gloss")),
    ("the only place that rows lead to", "where are they kept?", (NORTH.replace("WHERE school = 'north'", "WHERE potter_id > 1"),),
     "SELECT T1.full_name, T2.name FROM potter AS T1 JOIN studio AS T2 ON T1.studio_id = T2.studio_id WHERE T1.potter_id > 1"),
    ("the rows of the best value", "and its potters?", (BEST_REGION,),
     f"SELECT full_name FROM potter WHERE school = ({BEST_REGION})"),
    ("rows that a value names, of the best thing", "list her matt ones", (BEST_POTTER,),
     f"SELECT label FROM pot WHERE glaze = 'matt' AND potter_id = ({BEST_POTTER.replace('full_name', 'potter_id')})"),
    ("the first rows of a list", "the first two", (f"{NORTH} ORDER BY full_name DESC",), f"{NORTH} ORDER BY full_name DESC LIMIT 2"),
    ("the last row of a list", "just the last one", (f"{NORTH} ORDER BY full_name DESC",), f"{NORTH} ORDER BY full_name LIMIT 1"),
    ("the best of groups", "which is best?", ("SELECT state, avg(fee) FROM sitting GROUP BY state",),
     "SELECT state, avg(fee) FROM sitting GROUP BY state ORDER BY avg(fee) DESC LIMIT 1"),
    ("another figure of the same numbers", "and the highest?", ("SELECT avg(fee) FROM sitting WHERE state = 'open'",),
     "SELECT max(fee) FROM sitting WHERE state = 'open'"),
    ("in total after two values", "in total?", (MATT, GLOSS), "SELECT count(*) FROM pot WHERE glaze IN ('matt', 'gloss')"),
    ("a count beside each by what it did", "how many sittings has each closed?", (NORTH,),
     f"SELECT T1.full_name, count(*) {WITH_SITTINGS} WHERE T1.school = 'north' AND T2.state = 'closed' GROUP BY T1.potter_id"),
)  # fmt: skip
NOTHING = (
    ("both", (MATT, NORTH)),
    ("and the glazes?", (MATT, GLOSS)),
    ("what do they cost?", (BEST_REGION,)),
    ("per potter", (MINUTES,)),
    ("the top two", (YEARS,)),
    ("the first two", (NORTH,)),
    ("and the highest?", (MATT,)),
    ("list her sittings", (MOST,)),
    ("where do they sit in 2022?", (NORTH,)),
    ("how many sittings do they have?", (NORTH,)),
    ("and the gloss pots with a weight above 2?", (SHARE,)),
)


@pytest.fixture(scope="module")
def studios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open studios of potters."""
    with small_database(tmp_path_factory.mktemp("studios"), STUDIOS) as opened:
        yield opened


@pytest.mark.parametrize(("said", "before", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_turn_makes_a_query_of_the_one_before(
    studios: Context, said: str, before: tuple[str, ...], wanted: str
) -> None:
    assert offered(studios, "follow_up", said, *before) == [wanted]
    assert "follow_up_missing" in fired(studios, said, before[-1], *before)
    assert "follow_up_missing" not in fired(studios, said, wanted, *before)


@pytest.mark.parametrize(("said", "before"), NOTHING)
def test_other_turns_make_none(studios: Context, said: str, before: tuple[str, ...]) -> None:
    assert not offered(studios, "follow_up", said, *before)
    assert "follow_up_missing" not in fired(studios, said, before[-1], *before)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("How many sittings are open?", "SELECT count(*) FROM sitting WHERE state = 'open'"),
        ("How many sittings are not open?", "SELECT count(*) FROM sitting WHERE state != 'open'"),
        ("How many closed sittings are there?", "SELECT count(*) FROM sitting WHERE state = 'closed'"),
    ],
)
def test_a_stored_state_is_meant_before_a_time(studios: Context, said: str, wanted: str) -> None:
    assert wanted in offered(studios, "condition", said, plan="SELECT count(*) FROM sitting")
