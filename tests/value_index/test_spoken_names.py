"""Names of schemas in full: abbreviations, other languages, prefixes, and what stays as it is."""

from __future__ import annotations

import pytest

from value_index.schema import Column, Schema, Table
from value_index.text.natural_names import split_identifier
from value_index.text.spoken_names import with_spoken_names


def _spoken(**tables: str) -> dict[str, list[str]]:
    made = tuple(
        Table(
            name=name,
            natural_name=split_identifier(name),
            columns=tuple(Column(name=each, natural_name=split_identifier(each)) for each in columns.split()),
        )
        for name, columns in tables.items()
    )
    found = with_spoken_names(Schema(database_id="shown", tables=made))
    return {table.natural_name: [column.natural_name for column in table.columns] for table in found.tables}


@pytest.mark.parametrize(
    ("table", "columns", "wanted", "said"),
    [
        ("emp", "emp_no f_nm hire_dt sal", "employee", ["employee number", "first name", "hire date", "salary"]),
        ("tbl_orders", "ord_amt", "orders", ["order amount"]),
        ("dimProduct", "qty", "product", ["quantity"]),
        ("cat", "cat_name", "cat", ["category name"]),
        ("pets", "name owner", "pets", ["name", "owner"]),
    ],
)
def test_abbreviations_are_written_out(table: str, columns: str, wanted: str, said: list[str]) -> None:
    assert _spoken(**{table: columns}) == {wanted: said}


def test_names_in_other_languages_are_translated() -> None:
    spanish = _spoken(tbl_libros="id_libro titulo precio", tbl_socios="nombre fecha_de_nacimiento país")
    assert spanish == {"books": ["book id", "title", "price"], "members": ["name", "birth date", "country"]}
    assert _spoken(kunden="kundennr vorname stadt geburtsdatum")["customers"][1:] == [
        "first name",
        "city",
        "birth date",
    ]


def test_one_foreign_word_makes_no_language() -> None:
    assert _spoken(party="note art datum") == {"party": ["note", "art", "datum"]}


def test_a_name_that_somebody_wrote_stays() -> None:
    table = Table(name="emp", natural_name="staff", columns=(Column(name="sal", natural_name="pay"),))
    (found,) = with_spoken_names(Schema(database_id="shown", tables=(table,))).tables
    assert (found.natural_name, found.columns[0].natural_name) == ("staff", "pay")


def test_what_every_table_begins_with_is_no_part_of_its_name() -> None:
    assert list(_spoken(fx_desk="id", fx_trade="id", fx_rate="id")) == ["desk", "trade", "rate"]
    assert list(_spoken(crmStore="id", crmDeal="id", crmCall="id")) == ["store", "deal", "call"]
    assert list(_spoken(car_maker="id", car_model="id", car_price="id")) == ["car maker", "car model", "car price"]
    assert list(_spoken(fx_desk="id", fx_trade="id", rate="id")) == ["fx desk", "fx trade", "rate"]
    assert list(_spoken(fx_desk="id", fx_trade="id")) == ["fx desk", "fx trade"]
