"""What the things before did something with, asked by a verb alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.small_database import small_database

CARTING = """
CREATE TABLE carter(carter_id INTEGER PRIMARY KEY, name TEXT, town TEXT);
CREATE TABLE cart(cart_id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE load(load_id INTEGER PRIMARY KEY, carter_id INTEGER REFERENCES carter, goods TEXT, status TEXT, carried_on DATE);
CREATE TABLE renter(renter_id INTEGER PRIMARY KEY, name TEXT, town TEXT);
CREATE TABLE rental(rental_id INTEGER PRIMARY KEY, renter_id INTEGER REFERENCES renter, cart_id INTEGER REFERENCES cart, began DATE);
INSERT INTO carter VALUES(1,'Bell','Ely'),(2,'Dow','Ware');
INSERT INTO cart VALUES(1,'Red'),(2,'Blue');
INSERT INTO load VALUES(1,1,'coal','late','2023-01-01'),(2,1,'hay','late','2023-02-01'),(3,2,'coal','open','2023-03-01');
INSERT INTO renter VALUES(1,'Ames','Ely'),(2,'Cole','Ware');
INSERT INTO rental VALUES(1,1,1,'2022-01-01'),(2,1,2,'2023-01-01'),(3,2,2,'2023-02-01');
"""
ELY = "SELECT name FROM carter WHERE town = 'Ely'"
OFTEN = (
    "SELECT T2.name, count(*) FROM rental AS T1 JOIN renter AS T2 ON T1.renter_id = T2.renter_id "
    "WHERE T1.began >= '2022-01-01' GROUP BY T2.renter_id HAVING count(*) > 1"
)
RENTED = (
    "SELECT DISTINCT T1.name, T3.name FROM renter AS T1 JOIN rental AS T2 ON T1.renter_id = T2.renter_id "
    "JOIN cart AS T3 ON T2.cart_id = T3.cart_id"
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("carting"), CARTING) as context:
        yield context


def test_what_the_rows_of_a_deed_say_is_told(context: Context) -> None:
    assert offered(context, "follow_up", "what do they load?", ELY) == [
        "SELECT DISTINCT T1.name, T2.goods FROM carter AS T1 JOIN load AS T2 ON T1.carter_id = T2.carter_id "
        "WHERE T1.town = 'Ely'"
    ]


def test_the_things_of_chosen_groups_keep_the_conditions_of_the_deed(context: Context) -> None:
    chosen = OFTEN.replace("T2.name, count(*)", "T2.renter_id")
    assert offered(context, "follow_up", "what did they rent?", OFTEN) == [
        f"{RENTED} WHERE T1.renter_id IN ({chosen}) AND T2.began >= '2022-01-01'"
    ]


def test_a_column_that_is_named_is_no_deed(context: Context) -> None:
    assert not offered(context, "follow_up", "what towns do they have?", ELY)
