"""Times, numbers and figures exchanged, and the same asked of something else."""

from __future__ import annotations

from nodes.node import Context
from tests.nodes.coverage.follow_ups.ferries import fired, offered


def test_a_year_is_exchanged_without_a_preposition(context: Context) -> None:
    in_2022 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2022-01-01' AND sailed_on < '2023-01-01'"
    in_2023 = "SELECT crossing_id FROM crossing WHERE sailed_on >= '2023-01-01' AND sailed_on < '2024-01-01'"
    assert in_2023 in offered(context, "condition", "and 2023?", in_2022)
    assert "exchanges_value" in fired(context, "and 2023?", in_2023, in_2022)


def test_a_number_is_exchanged(context: Context) -> None:
    before = "SELECT label FROM ferry WHERE tons > 500"
    assert offered(context, "number", "make it 600", before) == [before.replace("500", "600")]
    assert offered(context, "number", "Make that 2", "SELECT label FROM ferry ORDER BY tons LIMIT 5") == [
        "SELECT label FROM ferry ORDER BY tons LIMIT 2"
    ]
    assert not offered(context, "number", "Which have 600?", before)
    assert "number_missed" in fired(context, "make it 600", before, before)


def test_what_about_a_column_asks_the_same_figure_of_it(context: Context) -> None:
    before = "SELECT harbour_id, avg(skipper_id) FROM crossing GROUP BY harbour_id"
    wanted = "SELECT builder, avg(tons) FROM ferry GROUP BY builder"
    assert wanted in offered(context, "figure", "What about the tons?", wanted.replace("tons", "ferry_id"))
    assert not offered(context, "figure", "What about Cork?", before)


def test_the_same_shows_the_same(context: Context) -> None:
    before = "SELECT label, tons FROM ferry WHERE builder = 'Holm' ORDER BY tons"
    after = before.replace("Holm", "Vaas")
    assert "same_changed" not in fired(context, "The same for Vaas", after, before)
    assert "same_changed" in fired(context, "The same for Vaas", after.replace(", tons FROM", " FROM"), before)


def test_a_number_is_compared_with_the_only_one_shown(context: Context) -> None:
    before = "SELECT label, tons FROM ferry"
    assert f"{before} WHERE tons < 600" in offered(context, "condition", "under 600", before)
