"""An analyst's shorthand: each rep, who of those, whose, which countries, what about, their total, whose boss."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.references import ReferenceFeatures
from nodes.compact.ranking.features.requirements import RequirementFeatures
from nodes.compact.ranking.features.sense.sense_features import SenseFeatures
from nodes.compact.ranking.features.things import ThingFeatures
from nodes.compact.ranking.features.wording import WordingFeatures
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE mechanic(mechanic_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, boss_id INTEGER REFERENCES mechanic,
  hired_on DATE, yard_id INTEGER REFERENCES yard);
CREATE TABLE yard(yard_id INTEGER PRIMARY KEY, street TEXT, town_id INTEGER REFERENCES town);
CREATE TABLE town(town_id INTEGER PRIMARY KEY, town TEXT);
CREATE TABLE rider(rider_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, country TEXT, club TEXT,
  yard_id INTEGER REFERENCES yard, service_rep_id INTEGER REFERENCES mechanic);
CREATE TABLE repair(repair_id INTEGER PRIMARY KEY, rider_id INTEGER REFERENCES rider, mechanic_id INTEGER REFERENCES mechanic,
  pickup_name TEXT, done_on DATE, amount REAL);
CREATE TABLE spare(spare_id INTEGER PRIMARY KEY, spare_name TEXT, unit_price REAL, units_in_stock INTEGER, units_awaited INTEGER, reorder_level INTEGER);
INSERT INTO town VALUES(1,'Ghent'),(2,'Lyon');
INSERT INTO yard VALUES(1,'Dock 1',1),(2,'Mill 2',2);
INSERT INTO mechanic VALUES(1,'Ann','Poe',NULL,'2001-01-01',1),(2,'Bob','Ray',1,'2004-01-01',2),(3,'Cid','Sol',1,'2005-01-01',2);
INSERT INTO rider VALUES(1,'Dee','Tan','Belgium',NULL,1,2),(2,'Eli','Ude','France','Velo',2,2),(3,'Fay','Vos','France',NULL,2,3);
INSERT INTO repair VALUES(1,1,2,'Hub','2022-01-01',10),(2,2,2,'Hub','2022-02-01',30),(3,2,3,'Hub','2023-02-01',25);
INSERT INTO spare VALUES(1,'Chain',7.5,3,0,5),(2,'Bell',4.0,9,1,5);
"""
GHENT = "JOIN yard ON {0}.yard_id = yard.yard_id JOIN town ON yard.town_id = town.town_id WHERE town.town = 'Ghent'"
RIDERS = "SELECT rider.first_name, rider.last_name FROM rider " + GHENT.format("rider")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("shop"), SCRIPT) as context:
        yield context


def signs(context: Context, utterance: str, sql: str, *before: str) -> set[str]:
    """Return the features that a plan has of those that hold it against the words."""
    demand = demand_of(context, utterance, *before)
    judges = (ThingFeatures, SenseFeatures, WordingFeatures, RequirementFeatures, ReferenceFeatures)
    parts = PlanParts(to_plan(sql, context.schema))
    return {name for judge in judges for name, value in judge(demand).of(parts).items() if value}


def test_units_that_a_key_leads_to_are_named(shop: Context) -> None:
    by_key = "SELECT service_rep_id, count(*) FROM rider GROUP BY service_rep_id"
    asked = "How many riders does each service rep have?"
    assert (
        "SELECT T2.first_name, T2.last_name, count(*) FROM rider AS T1 JOIN mechanic AS T2 ON T1.service_rep_id = T2.mechanic_id"
        " GROUP BY T2.mechanic_id"
    ) in offered(shop, "group", asked, plan=by_key)
    assert "key_for_unit" in signs(shop, asked, by_key)
    assert "key_for_unit" not in signs(shop, "How many riders are there per country?", by_key)


def test_what_is_spent_is_an_amount(shop: Context) -> None:
    plan = "SELECT rider.first_name, rider.last_name FROM rider JOIN repair ON rider.rider_id = repair.rider_id"
    found = offered(shop, "condition", "Which riders paid over 20 in total?", plan=plan)
    assert any(sql.endswith("HAVING sum(T2.amount) > 20") for sql in found)
    assert not any("> 0" in sql for sql in found), "in total is no place where things are kept"


def test_a_bound_is_held_against_the_figure_before_it(shop: Context) -> None:
    plan = "SELECT spare_name FROM spare"
    wanted = "SELECT spare_name FROM spare WHERE units_in_stock < reorder_level"
    assert wanted in offered(shop, "condition", "Which spares have stock under the reorder level?", plan=plan)
    assert wanted in offered(shop, "condition", "Which spares have to be reordered?", plan=plan), "a price is no stock"
    said = "Spares that need reordering, stock below 5"
    below = "SELECT spare_name FROM spare WHERE {} < 5"
    assert "missing_number" not in signs(shop, said, below.format("units_in_stock"))
    assert "missing_number" in signs(shop, said, below.format("reorder_level"))
    assert "missing_columns" not in signs(shop, said, below.format("units_in_stock")), "the words say what is low"


def test_superiors_of_those_before(shop: Context) -> None:
    before = "SELECT first_name, last_name FROM mechanic WHERE hired_on >= '2004-01-01'"
    wanted = (
        "SELECT first_name, last_name FROM mechanic WHERE mechanic_id IN"
        " (SELECT boss_id FROM mechanic WHERE hired_on >= '2004-01-01')"
    )
    assert wanted in offered(shop, "own_key", "Who is their boss?", before)
    assert "own_key_ignored" in signs(shop, "Who is their boss?", before, before)
    assert not offered(shop, "own_key", "Which boss is the oldest?", before)


def test_whose_asks_for_people(shop: Context) -> None:
    before = "SELECT repair_id FROM repair WHERE amount > 20"
    assert "people_missing" in signs(shop, "Whose are they?", before, before)
    assert offered(shop, "people", "Whose are they?", before)


def test_those_counted_are_listed_by_name_with_more(shop: Context) -> None:
    before = "SELECT count(*) FROM rider WHERE club IS NULL"
    named = "SELECT first_name, last_name, country FROM rider WHERE club IS NULL"
    assert "listed_not_shown" in signs(
        shop, "List them with their country", named.replace("first_name, last_name, ", ""), before
    )
    assert "listed_not_shown" not in signs(shop, "List them with their country", named, before)


def test_which_values_there_are_is_told_once(shop: Context) -> None:
    asked, every = "Which countries do our riders come from?", "SELECT country FROM rider"
    assert "SELECT DISTINCT country FROM rider" in offered(shop, "distinct", asked, plan=every)
    assert "values_repeated" in signs(shop, asked, every)
    assert "values_repeated" not in signs(shop, "What is the country of each rider?", every)


def test_a_name_that_rows_share_is_not_theirs(shop: Context) -> None:
    asked, other = "Which repairs were done in 2022?", "SELECT pickup_name FROM repair"
    assert "SELECT repair_id FROM repair" in offered(shop, "display", asked, plan=other)
    assert "name_of_another" in signs(shop, asked, other)
    assert "name_of_another" not in signs(shop, "Which repairs have which pickup name?", other)


def test_another_figure_is_of_the_rows_that_were_left(shop: Context) -> None:
    most = "SELECT country, count(*) FROM rider GROUP BY country ORDER BY count(*) DESC LIMIT 2"
    joined = "SELECT rider.country, sum(repair.amount) FROM rider JOIN repair ON rider.rider_id = repair.rider_id GROUP BY rider.country"
    kept = joined + " ORDER BY count(*) DESC LIMIT 2"
    asked = "And the average amount?"
    assert not {"cut_reordered", "figure_dropped"} & signs(shop, asked, kept, most)
    assert "cut_reordered" in signs(shop, asked, joined + " ORDER BY sum(repair.amount) DESC LIMIT 2", most)
    assert "figure_dropped" in signs(shop, asked, most, most)


def test_they_stay_who_they_were(shop: Context) -> None:
    before = "SELECT rider.first_name, rider.last_name FROM rider WHERE country = 'France'"
    assert "them_left" in signs(shop, "Which towns do they live in?", "SELECT town FROM town", before)
    assert "them_left" not in signs(shop, "Which towns are there?", "SELECT town FROM town", before)


def test_a_row_of_each_group_shows_its_columns(shop: Context) -> None:
    before = (
        "SELECT T2.first_name, T2.last_name FROM repair AS T1 JOIN rider AS T2 ON T1.rider_id = T2.rider_id"
        " GROUP BY T2.rider_id HAVING sum(T1.amount) > 20"
    )
    found = offered(shop, "projection", "Show their country too", before)
    assert before.replace("T2.last_name FROM", "T2.last_name, T2.country FROM") in found
    groups = "SELECT country, count(*) FROM rider GROUP BY country"
    assert not offered(shop, "projection", "Show their club too", groups)


def test_what_each_paid_is_no_sum_of_others(shop: Context) -> None:
    asked = "How much has each paid in total?"
    others = "SELECT sum(repair.amount) FROM repair JOIN mechanic ON repair.mechanic_id = mechanic.mechanic_id "
    theirs = "SELECT rider.first_name, sum(repair.amount) FROM repair JOIN rider ON repair.rider_id = rider.rider_id "
    assert "another_way" in signs(shop, asked, others + GHENT.format("mechanic"), RIDERS)
    assert "another_way" not in signs(shop, asked, theirs + GHENT.format("rider"), RIDERS)
    assert "another_way" not in signs(shop, "And the mechanics?", others + GHENT.format("mechanic"), RIDERS)


def test_all_columns_of_another_table_are_not_what_is_asked(shop: Context) -> None:
    asked = "Which repairs did Dee Tan bring?"
    assert "asked_thing_not_shown" in signs(shop, asked, "SELECT * FROM rider")
    assert "asked_thing_not_shown" not in signs(shop, asked, "SELECT * FROM repair")
    assert "asked_thing_not_shown" in signs(shop, "List the repairs of Dee", "SELECT first_name FROM rider")


def test_what_about_a_value_keeps_what_was_shown(shop: Context) -> None:
    before = "SELECT club, count(*) FROM rider WHERE country = 'Belgium' GROUP BY club"
    other = "SELECT club FROM rider WHERE country = 'France'"
    assert "refines_other_shown" in signs(shop, "What about France instead?", other, before)
    assert "refines_other_shown" not in signs(shop, "What clubs are in France?", other, before)


def test_parts_of_a_time_keep_the_figure(shop: Context) -> None:
    before = "SELECT strftime('%Y', done_on), sum(amount) FROM repair GROUP BY strftime('%Y', done_on)"
    monthly = "SELECT strftime('%Y-%m', done_on), {} FROM repair GROUP BY strftime('%Y-%m', done_on)"
    assert "figure_exchanged" in signs(shop, "Per month", monthly.format("count(*)"), before)
    assert "figure_exchanged" not in signs(shop, "Per month", monthly.format("sum(amount)"), before)


def test_texts_have_no_sum(shop: Context) -> None:
    assert "time_as_number" in signs(
        shop, "Which towns are there?", "SELECT town FROM town GROUP BY town HAVING sum(town) > 150"
    )


def test_what_is_asked_of_the_top_is_asked_of_them_alone(shop: Context) -> None:
    top = "SELECT spare_name FROM spare ORDER BY units_in_stock DESC LIMIT 5"
    cut = "spare_id IN (SELECT spare_id FROM spare ORDER BY units_in_stock DESC LIMIT 5)"
    of_all = "SELECT spare_name FROM spare WHERE reorder_level = 5 ORDER BY units_in_stock DESC LIMIT 5"
    within = f"SELECT spare_name FROM spare WHERE reorder_level = 5 AND {cut} ORDER BY units_in_stock DESC"
    asked = "Which of them have a reorder level of 5?"
    assert within in offered(shop, "within_cut", asked, top, plan=of_all)
    assert "cut_ignored" in signs(shop, asked, of_all, top)
    assert "cut_ignored" not in signs(shop, asked, within, top)
    count = "SELECT count(*) FROM spare ORDER BY units_in_stock DESC LIMIT 5"
    assert f"SELECT count(*) FROM spare WHERE {cut}" in offered(
        shop, "within_cut", "How many is that?", top, plan=count
    )
    later = "SELECT spare_name FROM spare WHERE reorder_level = 5"
    assert "cut_ignored" in signs(shop, "Sort them by name", later + " ORDER BY spare_name", within)
    assert "cut_ignored" not in signs(shop, "List all spares with a reorder level of 5", later, top)


def test_a_count_that_chose_rows_is_told_of_each(shop: Context) -> None:
    chosen = (
        "SELECT T2.first_name, T2.last_name{} FROM repair AS T1 JOIN rider AS T2 ON T1.rider_id = T2.rider_id"
        " GROUP BY T2.rider_id HAVING count(*) > 1"
    )
    asked = "How many repairs did each bring?"
    assert chosen.format(", count(*)") in offered(shop, "each", asked, chosen.format(""))


def test_the_largest_of_stored_amounts_is_no_sum(shop: Context) -> None:
    assert "sales_missing" in signs(shop, "What are our sales?", "SELECT max(amount) FROM repair")
    assert "sales_missing" not in signs(shop, "What are the maximum sales?", "SELECT max(amount) FROM repair")
