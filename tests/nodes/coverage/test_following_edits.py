"""What edits make of plans that take up the turn before."""

from __future__ import annotations

import pytest

from nodes.coverage.edits.shown.figure import asks_another_figure
from nodes.node import Context
from tests.nodes.coverage.asking import demand_of, offered

FOLLOWING = [
    ("people", "depot", "Who took them?", "SELECT request_id FROM request WHERE sent_on IS NULL", "SELECT request_id FROM request WHERE sent_on IS NULL",
     "SELECT DISTINCT T2.first_name, T2.last_name FROM request AS T1 JOIN clerk AS T2 ON T1.clerk_id = T2.clerk_id WHERE T1.sent_on IS NULL"),
    ("condition", "depot", "Ignore the discontinued ones", "SELECT item_name FROM item WHERE units_in_stock = 0", "SELECT item_name FROM item WHERE units_in_stock = 0",
     "SELECT item_name FROM item WHERE units_in_stock = 0 AND discontinued = 0"),
    ("condition", "depot", "What about 50?", "SELECT count(*) FROM request WHERE total > 15", "SELECT count(*) FROM request WHERE total > 15",
     "SELECT count(*) FROM request WHERE total > 50"),
    ("order", "depot", "Sort them by amount", "SELECT * FROM request WHERE sent_on IS NULL", "SELECT * FROM request WHERE sent_on IS NULL",
     "SELECT * FROM request WHERE sent_on IS NULL ORDER BY total"),
    ("each", "depot", "How many live in each?", "SELECT DISTINCT country FROM clerk", "SELECT DISTINCT country FROM clerk",
     "SELECT country, count(*) FROM clerk GROUP BY country"),
    ("earlier", "clients", "Which of them are in Cork?", "SELECT name FROM client WHERE country = 'Ireland'",
     "SELECT name FROM client WHERE city = 'Cork'",
     "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'"),
    ("given_up", "clients", "Regardless of the country", "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'",
     "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'", "SELECT name FROM client WHERE city = 'Cork'"),
    ("condition", "crew", "Only those above 25", "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id HAVING avg(T1.wage) > 25"),
    ("condition", "crew", "Drop everything under 2", "SELECT title, count(*) FROM worker GROUP BY title", "SELECT title, count(*) FROM worker GROUP BY title",
     "SELECT title, count(*) FROM worker GROUP BY title HAVING count(*) >= 2"),
    ("figure", "crew", "And the average wage?", "SELECT T2.depot_name, count(*) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, count(*) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id",
     "SELECT T2.depot_name, avg(T1.wage) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id"),
    ("projection", "clients", "Also show the city", "SELECT name FROM client", "SELECT name FROM client", "SELECT name, city FROM client"),
    ("display", "clients", "Which of them are in Cork?", "SELECT count(*) FROM client WHERE country = 'Ireland'",
     "SELECT count(*) FROM client WHERE country = 'Ireland' AND city = 'Cork'", "SELECT name FROM client WHERE country = 'Ireland' AND city = 'Cork'"),
    ("condition", "club", "Which of them take fees of more than 20 in total?", "SELECT title FROM club",
     "SELECT T1.title FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id WHERE T2.fee > 20",
     "SELECT T1.title FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.club_id HAVING sum(T2.fee) > 20"),
    ("share", "clients", "And in France?", "SELECT 100.0 * sum(CASE WHEN country = 'Ireland' THEN 1 ELSE 0 END) / count(*) FROM client",
     "SELECT 100.0 * sum(CASE WHEN country = 'Ireland' THEN 1 ELSE 0 END) / count(*) FROM client",
     "SELECT 100.0 * sum(CASE WHEN country = 'France' THEN 1 ELSE 0 END) / count(*) FROM client"),
    ("each", "club", "How many members does each of them have?", "SELECT title FROM club", "SELECT title FROM club",
     "SELECT T1.title, count(*) FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.club_id"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "database", "utterance", "before", "sql", "wanted"), FOLLOWING)
def test_an_edit_takes_up_the_turn_before(
    contexts: dict[str, Context], edit: str, database: str, utterance: str, before: str, sql: str, wanted: str
) -> None:
    assert wanted in offered(contexts[database], edit, utterance, before, plan=sql)


@pytest.mark.parametrize(
    ("said", "asked"),
    [("And the average wage?", True), ("And the average wage in North?", False), ("And the average wage per title?", False),
     ("What is the average wage of all workers?", False)],
)  # fmt: skip
def test_only_another_figure_is_asked_for(contexts: dict[str, Context], said: str, asked: bool) -> None:
    before = "SELECT T2.depot_name, count(*) FROM worker AS T1 JOIN depot AS T2 ON T1.depot_id = T2.depot_id GROUP BY T2.depot_id"
    assert asks_another_figure(demand_of(contexts["crew"], said, before)) is asked
