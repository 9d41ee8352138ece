"""What words ask for, and the units in which it is compared."""

from __future__ import annotations

from pathlib import Path

from nodes.node import Context
from tests.nodes.coverage.asking import demand_of, offered
from tests.nodes.small_database import small_database


def test_a_country_is_no_misspelling_of_another(contexts: dict[str, Context]) -> None:
    index = contexts["clients"].index
    assert index is not None
    assert not [match for match in index.ground("How many clients are in Iceland?") if match.value == "Ireland"]
    assert [match for match in index.ground("How many clients are in Irland?") if match.value == "Ireland"]


def test_a_year_is_no_name_of_one_of_its_days(contexts: dict[str, Context]) -> None:
    index = contexts["shop"].index
    assert index is not None
    assert not [match for match in index.ground("sales before 2024") if match.value == "2024-01-03"]


def test_a_value_of_the_things_themselves_is_not_whose_they_are(contexts: dict[str, Context]) -> None:
    for said in ("Which records are by Nova Tide?", "How many records does Nova Tide have?"):
        (asked,) = demand_of(contexts["crew"], said).requirements
        assert [str(option.column) for option in asked.options] == ["singer.name"], said
    (asked,) = demand_of(contexts["crew"], "Who lent the record Nova Tide?").requirements
    assert "record.title" in [str(option.column) for option in asked.options]


def test_rows_that_report_to_a_row_are_asked_for_by_the_key(contexts: dict[str, Context]) -> None:
    asked = demand_of(contexts["crew"], "Who reports to Ada Lund?").own_key
    assert asked is not None and (asked.key.column, asked.target.column) == ("reports_to", "worker_id")
    assert len(asked.conditions) == 2
    assert demand_of(contexts["crew"], "What is the wage of Ada Lund?").own_key is None


def test_a_length_of_time_is_compared_in_the_units_of_the_column(tmp_path: Path) -> None:
    script = (
        "CREATE TABLE song(song_id INTEGER PRIMARY KEY, title TEXT, milliseconds INTEGER);"
        "CREATE TABLE film(film_id INTEGER PRIMARY KEY, title TEXT, length INTEGER, loan_duration INTEGER);"
        "INSERT INTO song VALUES (1, 'Tide', 200000), (2, 'Rain', 300000);"
        "INSERT INTO film VALUES (1, 'Fog', 60, 3), (2, 'Oak', 190, 5);"
    )
    with small_database(tmp_path, script) as context:
        for utterance, sql, wanted in (
            ("Songs over 4 minutes", "SELECT title FROM song", "SELECT title FROM song WHERE milliseconds > 240000"),
            ("Films longer than 3 hours", "SELECT title FROM film", "SELECT title FROM film WHERE length > 180"),
            ("Films longer than 70", "SELECT title FROM film", "SELECT title FROM film WHERE length > 70"),
        ):
            assert wanted in offered(context, "condition", utterance, plan=sql)
        before = "SELECT title FROM song WHERE milliseconds > 240000"
        exchanged = offered(context, "number", "Make it 5 minutes", before)
        assert exchanged == [before.replace("240000", "300000")]


def test_an_age_is_compared_with_a_date_of_birth(tmp_path: Path) -> None:
    script = (
        "CREATE TABLE employee(employee_id INTEGER PRIMARY KEY, name TEXT, birth_date DATE, company TEXT);"
        "INSERT INTO employee VALUES (1, 'Ann', '1950-05-05', NULL), (2, 'Bo', '1999-01-01', 'Acme');"
    )
    everybody = "SELECT name FROM employee"
    with small_database(tmp_path, script) as context:
        (old,) = (r for r in demand_of(context, "Employees older than 60").requirements if r.kind == "number")
        assert old.mention == "60"
        older = offered(context, "condition", "Employees older than 60", plan=everybody)
        assert any("birth_date < '" in sql for sql in older)
        employed = offered(context, "condition", "Which employees have a company?", plan=everybody)
        assert f"{everybody} WHERE company IS NOT NULL" in employed
