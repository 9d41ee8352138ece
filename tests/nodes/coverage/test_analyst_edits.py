"""What analysts ask first of a database: what was late, sold or slow, lists, counts compared, bounds of a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import offered
from tests.nodes.small_database import small_database

SCRIPT = """
CREATE TABLE brand(brand_id INTEGER PRIMARY KEY, brand_name TEXT);
CREATE TABLE toy(toy_id INTEGER PRIMARY KEY, toy_name TEXT, brand_id INTEGER REFERENCES brand(brand_id), genre TEXT);
CREATE TABLE parcel(parcel_id INTEGER PRIMARY KEY, packed_at DATETIME, promised_on DATE, delivered_on DATE, carrier TEXT);
CREATE TABLE parcel_line(line_id INTEGER PRIMARY KEY, parcel_id INTEGER REFERENCES parcel(parcel_id),
                         toy_id INTEGER REFERENCES toy(toy_id), qty INTEGER, unit_price REAL);
CREATE TABLE maker(maker_id INTEGER PRIMARY KEY, maker_name TEXT, date_of_birth DATE);
INSERT INTO maker VALUES(1,'Ines','1980-03-04'),(2,'Otto','1950-06-07');
CREATE TABLE shelf(shelf_id INTEGER PRIMARY KEY, toy_id INTEGER REFERENCES toy(toy_id), held INTEGER, least_held INTEGER);
INSERT INTO brand VALUES(1,'Lumo'),(2,'Kip');
INSERT INTO toy VALUES(1,'Kite',1,'outdoor'),(2,'Blocks',2,'indoor'),(3,'Yoyo',2,'outdoor');
INSERT INTO parcel VALUES(1,'2024-01-02 09:00:00','2024-01-05','2024-01-07','Swift'),
                         (2,'2024-02-02 10:30:00','2024-02-05','2024-02-04','Owl'),(3,'2024-02-09 08:00:00','2024-02-12',NULL,'Owl');
INSERT INTO parcel_line VALUES(1,1,1,2,10.0),(2,1,2,1,25.0),(3,2,2,3,24.0),(4,3,3,7,3.5);
INSERT INTO shelf VALUES(1,1,4,10),(2,2,30,10),(3,3,2,5);
"""
TODAY = date.today().isoformat()
SOLD = "FROM parcel_line JOIN toy ON parcel_line.toy_id = toy.toy_id"


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """Open a small database of toys and parcels."""
    with small_database(tmp_path_factory.mktemp("toys"), SCRIPT) as context:
        yield context


EDITED = [
    ("condition", "How many parcels were delivered late?", "SELECT count(*) FROM parcel",
     "SELECT count(*) FROM parcel WHERE delivered_on > promised_on"),
    ("condition", "How many parcels were delivered on time?", "SELECT count(*) FROM parcel",
     "SELECT count(*) FROM parcel WHERE delivered_on <= promised_on"),
    ("condition", "Parcels that missed their promised date", "SELECT parcel_id FROM parcel",
     "SELECT parcel_id FROM parcel WHERE delivered_on > promised_on"),
    ("condition", "Parcels that were not late", "SELECT parcel_id FROM parcel",
     "SELECT parcel_id FROM parcel WHERE delivered_on <= promised_on"),
    ("condition", "List the overdue parcels", "SELECT parcel_id FROM parcel",
     f"SELECT parcel_id FROM parcel WHERE delivered_on IS NULL AND promised_on < '{TODAY}'"),
    ("condition", "Which shelves are below their least held?", "SELECT shelf_id FROM shelf",
     "SELECT shelf_id FROM shelf WHERE held < least_held"),
    ("sales", "What is our total revenue?", "SELECT count(*) FROM parcel", "SELECT sum(qty * unit_price) FROM parcel_line"),
    ("sales", "Revenue per genre", "SELECT genre FROM toy",
     f"SELECT toy.genre, sum(parcel_line.qty * parcel_line.unit_price) {SOLD} GROUP BY toy.genre"),
    ("sales", "What are our two best selling toys?", "SELECT toy_name FROM toy",
     f"SELECT toy.toy_name {SOLD} GROUP BY toy.toy_id ORDER BY sum(parcel_line.qty) DESC LIMIT 2"),
    ("sales", "Which genre has the highest turnover?", "SELECT genre FROM toy",
     f"SELECT toy.genre, sum(parcel_line.qty * parcel_line.unit_price) {SOLD} GROUP BY toy.genre"
     " ORDER BY sum(parcel_line.qty * parcel_line.unit_price) DESC LIMIT 1"),
    ("difference", "How long did it take on average until a parcel was delivered?", "SELECT avg(parcel_id) FROM parcel",
     "SELECT avg((julianday(delivered_on) - julianday(packed_at)) * 24) FROM parcel"),
    ("difference", "How many days does it take on average to deliver a parcel?", "SELECT count(*) FROM parcel",
     "SELECT avg(julianday(delivered_on) - julianday(packed_at)) FROM parcel"),
    ("difference", "How long did each parcel take to be delivered, in minutes?", "SELECT carrier FROM parcel",
     "SELECT parcel_id, (julianday(delivered_on) - julianday(packed_at)) * 1440 FROM parcel"),
    ("difference", "Which carrier is the slowest on average?", "SELECT carrier FROM parcel",
     "SELECT carrier FROM parcel GROUP BY carrier ORDER BY avg((julianday(delivered_on) - julianday(packed_at)) * 24) DESC LIMIT 1"),
    ("listed", "List the toys with their brand", "SELECT toy_name FROM toy",
     "SELECT toy.toy_name, brand.brand_name FROM toy JOIN brand ON toy.brand_id = brand.brand_id"),
    ("listed", "Show each toy with its genre", "SELECT genre, count(*) FROM toy GROUP BY genre", "SELECT toy_name, genre FROM toy"),
    ("listed", "Names and genres of all toys", "SELECT genre FROM toy", "SELECT toy_name, genre FROM toy"),
    ("more", "Which brand has more toys, Lumo or Kip?", "SELECT brand_name FROM brand",
     "SELECT brand.brand_name FROM toy JOIN brand ON toy.brand_id = brand.brand_id GROUP BY brand.brand_id ORDER BY count(*) DESC LIMIT 1"),
    ("more", "Does Lumo have more toys than the brand Kip?", "SELECT count(*) FROM toy",
     "SELECT brand.brand_name, count(*) FROM toy JOIN brand ON toy.brand_id = brand.brand_id GROUP BY brand.brand_id ORDER BY count(*) DESC"),
    ("group", "Qty per toy", "SELECT toy_name FROM toy", "SELECT toy.toy_name, sum(parcel_line.qty) FROM toy JOIN parcel_line"
     " ON toy.toy_id = parcel_line.toy_id GROUP BY toy.toy_id"),
    ("condition", "Parcels promised between January and March 2024", "SELECT parcel_id FROM parcel",
     "SELECT parcel_id FROM parcel WHERE promised_on >= '2024-01-01' AND promised_on < '2024-04-01'"),
    ("condition", "Outdoor or indoor toys of Kip", "SELECT toy.toy_name FROM toy JOIN brand ON toy.brand_id = brand.brand_id"
     " WHERE toy.genre = 'outdoor' OR brand.brand_name = 'Kip'",
     "SELECT toy.toy_name FROM toy JOIN brand ON toy.brand_id = brand.brand_id"
     " WHERE (toy.genre = 'outdoor' OR toy.genre = 'indoor') AND brand.brand_name = 'Kip'"),
    ("order", "Who is our oldest maker?", "SELECT maker_name FROM maker ORDER BY date_of_birth DESC LIMIT 1",
     "SELECT maker_name FROM maker ORDER BY date_of_birth LIMIT 1"),
    ("sales", "Monthly sales", "SELECT count(*) FROM parcel",
     "SELECT strftime('%Y-%m', parcel.packed_at), sum(parcel_line.qty * parcel_line.unit_price) FROM parcel_line JOIN parcel"
     " ON parcel_line.parcel_id = parcel.parcel_id GROUP BY strftime('%Y-%m', parcel.packed_at)"
     " ORDER BY strftime('%Y-%m', parcel.packed_at)"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "utterance", "sql", "expected"), EDITED)
def test_edit(toys: Context, edit: str, utterance: str, sql: str, expected: str) -> None:
    """A plan that leaves something out is offered with what the words ask for."""
    found = offered(toys, edit, utterance, plan=sql)
    assert from_plan(to_plan(expected, toys.schema), toys.schema) in found


UNASKED = [
    ("sales", "How many sales reps are there?"),
    ("sales", "How many toys are there?"),
    ("condition", "Show the latest parcels"),
    ("condition", "Toys above the average"),
    ("listed", "Toys with a brand"),
    ("listed", "Toys with the highest price"),
    ("more", "Which brands have more than 3 toys?"),
    ("difference", "How long is the list of toys?"),
]


@pytest.mark.parametrize(("edit", "utterance"), UNASKED)
def test_nothing_asked(toys: Context, edit: str, utterance: str) -> None:
    """Words that only sound alike change nothing."""
    assert not offered(toys, edit, utterance, plan="SELECT toy_name FROM toy")
