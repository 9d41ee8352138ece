"""What a turn makes of the one before: what ranked rows have, what rows lead to, things with nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.following import FollowingFeatures
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.coverage.follow_ups.ferries import HOLM, fired
from tests.nodes.small_database import small_database

EACH = "SELECT T1.label, count(*) FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id WHERE T2.state = 'sailed' GROUP BY T1.ferry_id"
NONE = "SELECT label FROM ferry WHERE ferry_id NOT IN (SELECT ferry_id FROM crossing)"


@pytest.mark.parametrize("utterance", ["and those that never had a crossing?", "Which ferries have no crossings?"])
def test_things_with_nothing_at_all(context: Context, utterance: str) -> None:
    assert offered(context, "nothing", utterance, EACH) == [NONE]
    assert "nothing_told" in fired(context, utterance, EACH, EACH)
    assert "nothing_told" not in fired(context, utterance, NONE, EACH)


def test_those_chosen_before_that_have_nothing(context: Context) -> None:
    found = offered(context, "nothing", "Which of them never made a crossing?", HOLM)
    assert found[0] == NONE.replace("WHERE", "WHERE builder = 'Holm' AND")


def test_nothing_is_not_read_where_more_is_asked(context: Context) -> None:
    assert not offered(context, "nothing", "Which had no crossing in 2022?", EACH)
    assert not offered(context, "nothing", "How many had no crossing?", EACH)


OF_GULL = (
    "SELECT * FROM crossing WHERE ferry_id = (SELECT ferry_id FROM ferry WHERE builder = 'Holm' ORDER BY tons LIMIT 1)"
)


def test_what_a_ranked_row_has(context: Context) -> None:
    said, before = "the lightest one: list its crossings", f"{HOLM} ORDER BY tons DESC"
    assert offered(context, "of_ranked", said, before) == [OF_GULL]
    assert "ranked_missed" in fired(context, said, before, before)
    assert "ranked_missed" not in fired(context, said, OF_GULL, before)
    assert offered(context, "of_ranked", "List its crossings", f"{HOLM} ORDER BY tons LIMIT 1") == [OF_GULL]
    assert offered(context, "of_ranked", "How many crossings did it make?", f"{HOLM} ORDER BY tons LIMIT 1") == [
        OF_GULL.replace("SELECT *", "SELECT count(*)")
    ]
    assert not offered(context, "of_ranked", "List its crossings", HOLM)
    assert not offered(context, "of_ranked", "and those that never made a crossing?", f"{HOLM} ORDER BY tons LIMIT 1")


def test_what_the_rows_lead_to(tmp_path: Path) -> None:
    script = (
        "CREATE TABLE grower (grower_id INTEGER PRIMARY KEY, name TEXT, town TEXT);"
        "CREATE TABLE crop (crop_id INTEGER PRIMARY KEY, crop_name TEXT, grower_id INTEGER REFERENCES grower);"
    )
    with small_database(tmp_path, script) as market:
        before = "SELECT name FROM grower WHERE town = 'Ely'"
        wanted = (
            "SELECT T2.crop_name FROM grower AS T1 JOIN crop AS T2 ON T1.grower_id = T2.grower_id WHERE T1.town = 'Ely'"
        )
        assert offered(market, "led_to", "what do they grow?", before)[0] == wanted
        assert offered(market, "led_to", "and what does it sell", before)
        for said in ("what do they cost?", "what did they say about 2022?", "what towns are they in?"):
            assert not offered(market, "led_to", said, before)


def test_a_limit_is_given_up(context: Context) -> None:
    first = f"{HOLM} ORDER BY tons LIMIT 2"
    for said in ("now without the limit", "Drop the limit", "not just the top two"):
        assert f"{HOLM} ORDER BY tons" in offered(context, "given_up", said, first)
        assert "limit_given_up" in fired(context, said, f"{HOLM} ORDER BY tons", first)


def test_what_was_given_up_stays_so(context: Context) -> None:
    dated = "SELECT builder, count(*) FROM ferry WHERE tons > 500 GROUP BY builder"
    free = dated.replace(" WHERE tons > 500", "")
    assert "filters_revived" in fired(context, "only Holm", dated.replace(">", ">="), dated, free)
    assert "filters_revived" not in fired(context, "over 500", dated, dated, free)


def test_what_was_chosen_is_not_taken_away(context: Context) -> None:
    away = "SELECT label FROM ferry WHERE ferry_id NOT IN (SELECT ferry_id FROM ferry WHERE builder = 'Holm')"
    assert "filters_taken_away" in fired(context, "exclude the light ones", away, HOLM)
    assert "filters_taken_away" not in fired(context, "exclude the light ones", HOLM, HOLM)


def test_only_the_rows_before_are_counted(context: Context) -> None:
    before = (
        "SELECT T1.label FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id WHERE T2.state = 'sailed'"
    )
    rows = before.replace("T1.label", "count(DISTINCT T1.ferry_id)")
    assert "counted_elsewhere" not in fired(context, "how many is that?", rows, before)
    assert "counted_elsewhere" in fired(context, "how many is that?", "SELECT count(*) FROM ferry", before)


def test_halves_of_names_and_amounts(tmp_path: Path) -> None:
    script = (
        "CREATE TABLE nurse (nurse_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT);"
        "CREATE TABLE shift (shift_id INTEGER PRIMARY KEY, nurse_id INTEGER REFERENCES nurse, hours_worked REAL);"
    )
    with small_database(tmp_path, script) as clinic:

        def features(said: str, sql: str) -> set[str]:
            demand = demand_of(clinic, said, "SELECT shift_id FROM shift")
            found = FollowingFeatures(demand, (demand.previous,)).of(PlanParts(to_plan(sql, clinic.schema)))
            return {name for name, value in found.items() if value}

        assert "half_a_name_counted" in features("how many nurses", "SELECT count(DISTINCT first_name) FROM nurse")
        assert "half_a_name_counted" not in features("how many nurses", "SELECT count(DISTINCT nurse_id) FROM nurse")
        said = "how many hours were worked on them?"
        assert "amount_unsummed" in features(said, "SELECT hours_worked FROM shift")
        assert "amount_unsummed" not in features(said, "SELECT sum(hours_worked) FROM shift")


def test_what_a_word_denies_is_taken_away(context: Context) -> None:
    before = (
        "SELECT T1.label FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id WHERE T2.state = 'cancelled'"
    )
    away = "SELECT label FROM ferry WHERE ferry_id NOT IN (SELECT T1.ferry_id FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id WHERE T2.state = 'cancelled')"
    said = "And those that have no cancelled crossing?"
    assert "filters_taken_away" not in fired(context, said, away, before)


def test_what_a_ranked_row_has_through_a_link(context: Context) -> None:
    said, before = "the youngest one: list the ferries he steered", "SELECT full_name, birth_date FROM skipper"
    wanted = (
        "SELECT T1.label FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id"
        " WHERE T2.skipper_id = (SELECT skipper_id FROM skipper ORDER BY birth_date DESC LIMIT 1)"
    )
    assert offered(context, "of_ranked", said, before)[:1] == [wanted]
