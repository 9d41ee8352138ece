"""The other end of ways that one end chose: where they went, which of them ended up at a place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.node import Context
from tests.nodes.coverage.asking import offered
from tests.nodes.small_database import small_database

PARCELS = """
CREATE TABLE branch(branch_id INTEGER PRIMARY KEY, name TEXT, county TEXT);
CREATE TABLE parcel(parcel_id INTEGER PRIMARY KEY, weight REAL, origin_branch_id INTEGER REFERENCES branch,
                    destination_branch_id INTEGER REFERENCES branch, sent_on DATE);
CREATE TABLE desk(desk_id INTEGER PRIMARY KEY, label TEXT, branch_id INTEGER REFERENCES branch);
INSERT INTO branch VALUES(1,'Ely','Cambs'),(2,'Ware','Herts'),(3,'Bude','Cornwall');
INSERT INTO parcel VALUES(1,2.5,1,2,'2023-01-01'),(2,1.0,1,3,'2023-02-01'),(3,4.0,2,1,'2023-03-01');
INSERT INTO desk VALUES(1,'A',1),(2,'B',2);
"""
FROM_ELY = "SELECT T1.parcel_id FROM parcel AS T1 JOIN branch AS T2 ON T1.origin_branch_id = T2.branch_id WHERE T2.name = 'Ely'"
ENDS = (
    "FROM parcel AS T1 JOIN branch AS T2 ON T1.origin_branch_id = T2.branch_id "
    "JOIN branch AS T3 ON T1.destination_branch_id = T3.branch_id WHERE T2.name = 'Ely'"
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("parcels"), PARCELS) as context:
        yield context


@pytest.mark.parametrize(
    ("utterance", "before", "wanted"),
    [
        ("where did they go?", FROM_ELY, f"SELECT T1.parcel_id, T3.name {ENDS}"),
        ("and where were they sent", FROM_ELY, f"SELECT T1.parcel_id, T3.name {ENDS}"),
        ("where did they go?", FROM_ELY.replace("T1.parcel_id", "count(*)", 1), f"SELECT T1.parcel_id, T3.name {ENDS}"),
        ("where did they come from?", "SELECT parcel_id FROM parcel",
         "SELECT T1.parcel_id, T2.name FROM parcel AS T1 JOIN branch AS T2 ON T1.origin_branch_id = T2.branch_id"),
        ("how many of them ended up in Ware?", FROM_ELY, f"SELECT count(*) {ENDS} AND T3.name = 'Ware'"),
        ("only those that went to Bude", FROM_ELY, f"SELECT T1.parcel_id {ENDS} AND T3.name = 'Bude'"),
    ],
)  # fmt: skip
def test_the_other_end_is_told(context: Context, utterance: str, before: str, wanted: str) -> None:
    assert offered(context, "follow_up", utterance, before) == [wanted]


def test_one_key_to_a_place_has_no_other_end(context: Context) -> None:
    assert not offered(context, "follow_up", "where did they go?", "SELECT label FROM desk WHERE branch_id = 1")
