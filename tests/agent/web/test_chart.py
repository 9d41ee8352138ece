"""A picture where the kinds of the columns ask for one, and none by force."""

from __future__ import annotations

from typing import Any

import pytest

from agent.web.chart import chart

NAMES = (("France", 4), ("Ireland", 2))


@pytest.mark.parametrize(
    ("columns", "rows", "mark"),
    [
        (("count(*)",), ((29,),), "text"),
        (("name", "count(*)"), NAMES, "bar"),
        (("count(*)", "name"), tuple((number, name) for name, number in NAMES), "bar"),
        (("airline_id", "count(*)"), ((3, 10), (7, 2)), "bar"),
        (("departed_on", "sum(passengers)"), (("2024-01-02", 10), ("2024-01-03", None), ("2024-01-04", 12)), "line"),
        (("founded", "count(*)"), ((1987, 1), (1990, 2)), "line"),
        (("distance_km", "avg(delay)"), ((100, 1.5), (200, 2.5), (100, 3.5)), "point"),
        (("name", "runways", "distance_km"), (("a", 1, 2), ("b", 2, 3)), "point"),
        (("name", "founded"), (("Air Garonne", 1987), ("Alpes Azur", 2011)), None),
        (("name",), (("a",), ("b",)), None),
        (("name", "alliance"), (("a", "x"), ("b", None)), None),
        (("name", "count(*)"), (("a", 1), ("a", 2)), None),
        (("name", "name"), (("a", 1), ("b", 2)), None),
        (("name", "count(*)"), tuple((f"n{number}", number) for number in range(61)), None),
        (("name", "price"), (("a", None), ("b", None)), None),
        (("name", "open"), (("a", True), ("b", False)), None),
        (("name", "count(*)"), (), None),
        (("name", "count(*)"), (("a", 1),), None),
    ],
)
def test_the_kinds_of_the_columns_choose(columns: tuple[str, ...], rows: tuple[Any, ...], mark: str | None) -> None:
    spec = chart(columns, rows)
    assert (spec and spec["mark"]) == mark


def test_a_field_is_written_as_vega_lite_reads_it() -> None:
    spec = chart(("a.b[0]", "count(*)"), NAMES)
    assert spec
    assert spec["encoding"]["y"] == {"field": r"a\.b\[0\]", "type": "nominal", "title": "a.b[0]", "sort": None}
