"""What plan an interpretation stands for: anew, and as an edit of the previous plan."""

from __future__ import annotations

import pytest

from nodes.lexical.evidence import Evidence
from nodes.lexical.filter_placement import place_filters
from nodes.lexical.interpretation import (
    COUNT,
    Filter,
    Interpretation,
    Item,
    Sort,
)
from nodes.lexical.to_plan import plan_of
from nodes.node import Context
from nodes.plan.constraints import Constraint
from nodes.sql.from_plan import from_plan
from nodes.state import Turn
from nodes.turn_analysis import TurnAnalysis
from tests.nodes.library import library
from value_index.schema import ColumnRef


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


def column(name: str) -> ColumnRef:
    table, _, own = name.partition(".")
    return ColumnRef(table=table, column=own)


def shown(*names: str) -> tuple[Item, ...]:
    return tuple(Item(column=column(name)) for name in names)


def sql(
    context: Context, interpretation: Interpretation, previous: str = "", dropped: tuple[Constraint, ...] = ()
) -> str | None:
    history = (Turn(utterance="", sql=previous),) if previous else ()
    evidence = Evidence(TurnAnalysis(context.schema, None, "", history), dropped=frozenset(dropped))
    plan = plan_of(place_filters(interpretation, evidence), evidence)
    return from_plan(plan, context.schema) if plan else None


MYSTERY = Filter(column("book.genre"), "=", ("Mystery",))
POETRY = Filter(column("book.genre"), "=", ("Poetry",))


def test_equalities_on_one_column_are_alternatives(context: Context) -> None:
    interpretation = Interpretation(select=(COUNT,), focus="book", filters=(MYSTERY, POETRY))
    assert sql(context, interpretation) == "SELECT count(*) FROM book WHERE genre = 'Mystery' OR genre = 'Poetry'"


def test_or_as_an_intersection(context: Context) -> None:
    both = (MYSTERY, POETRY)
    interpretation = Interpretation(select=shown("author.last_name"), focus="author", filters=both, both=both)
    written = sql(context, interpretation) or ""
    assert written.count("INTERSECT") == 1
    assert written.count("JOIN") == 2


def test_the_ends_of_a_range_are_one_condition(context: Context) -> None:
    ends = (Filter(column("book.year"), "between", (1999,)), Filter(column("book.year"), "between", (2011,)))
    interpretation = Interpretation(select=shown("book.title"), focus="book", filters=ends)
    assert sql(context, interpretation) == "SELECT title FROM book WHERE year BETWEEN 1999 AND 2011"
    alone = Interpretation(select=shown("book.title"), focus="book", filters=ends[:1])
    assert sql(context, alone) == "SELECT title FROM book WHERE year = 1999"


def test_a_key_is_compared_where_it_is_used_anyway(context: Context) -> None:
    interpretation = Interpretation(
        select=shown("book.title"), focus="book", filters=(Filter(column("author.author_id"), "=", (2,)),)
    )
    assert sql(context, interpretation) == "SELECT title FROM book WHERE author_id = 2"


def test_rows_but_those_with_a_value(context: Context) -> None:
    interpretation = Interpretation(select=shown("book.author_id"), focus="book", excepting=(POETRY,))
    assert sql(context, interpretation) == (
        "SELECT author_id FROM book EXCEPT SELECT author_id FROM book WHERE genre = 'Poetry'"
    )


def test_a_count_of_groups_counts_them_once(context: Context) -> None:
    interpretation = Interpretation(
        select=(COUNT,), focus="book", filters=(Filter(None, ">", (1,)),), group=(column("book.author_id"),)
    )
    assert sql(context, interpretation) == (
        "SELECT count(*) FROM (SELECT author_id FROM book GROUP BY author_id HAVING count(*) > 1)"
    )
    previous = "SELECT author_id FROM book GROUP BY author_id HAVING count(*) > 1"
    assert sql(context, Interpretation("swap", (COUNT,), "book"), previous) == f"SELECT count(*) FROM ({previous})"


def test_rows_that_another_table_does_not_name(context: Context) -> None:
    interpretation = Interpretation(select=shown("book.title"), focus="book", without="loan")
    assert sql(context, interpretation) == "SELECT title FROM book WHERE book_id NOT IN (SELECT book_id FROM loan)"


def test_groups_by_their_rows(context: Context) -> None:
    interpretation = Interpretation(
        select=shown("book.genre"), focus="book", group=(column("book.genre"),), sort=Sort(COUNT, True, 1),
        filters=(Filter(None, ">", (1,)),),
    )  # fmt: skip
    assert sql(context, interpretation) == (
        "SELECT genre FROM book GROUP BY genre HAVING count(*) > 1 ORDER BY count(*) DESC LIMIT 1"
    )


PREVIOUS = "SELECT title FROM book WHERE genre = 'Mystery'"


@pytest.mark.parametrize(
    ("interpretation", "expected"),
    [
        (Interpretation("swap", (COUNT,), "book"), "SELECT count(*) FROM book WHERE genre = 'Mystery'"),
        (Interpretation("extend", shown("book.year"), "book"), "SELECT title, year FROM book WHERE genre = 'Mystery'"),
        (
            Interpretation("narrow", focus="book", filters=(Filter(column("book.pages"), ">", (300,)),)),
            "SELECT title FROM book WHERE genre = 'Mystery' AND pages > 300",
        ),
        (
            Interpretation("narrow", focus="book", sort=Sort(shown("book.year")[0], True, 1)),
            "SELECT title FROM book WHERE genre = 'Mystery' ORDER BY year DESC LIMIT 1",
        ),
        (
            Interpretation("swap", shown("author.last_name"), "author"),
            "SELECT T2.last_name FROM book AS T1 JOIN author AS T2 ON T1.author_id = T2.author_id WHERE T1.genre = 'Mystery'",
        ),
    ],
)
def test_edits(context: Context, interpretation: Interpretation, expected: str) -> None:
    assert sql(context, interpretation, PREVIOUS) == expected


def test_a_dropped_constraint_goes_and_the_others_stay(context: Context) -> None:
    previous = "SELECT title FROM book WHERE genre = 'Mystery' AND pages > 300"
    gone = (Constraint(column=column("book.genre"), operator="=", values=("Mystery",)),)
    interpretation = Interpretation("narrow", focus="book", filters=(POETRY,))
    assert (
        sql(context, interpretation, previous, gone) == "SELECT title FROM book WHERE pages > 300 AND genre = 'Poetry'"
    )


def test_an_edit_of_a_set_operation_asks_about_its_rows(context: Context) -> None:
    previous = "SELECT title FROM book EXCEPT SELECT title FROM book WHERE genre = 'Poetry'"
    assert sql(context, Interpretation("swap", shown("book.year"), "book"), previous) == (
        f"SELECT year FROM book WHERE title IN ({previous})"
    )


def test_an_edit_may_leave_out_tables_that_it_no_longer_needs(context: Context) -> None:
    previous = "SELECT T2.last_name FROM book AS T1 JOIN author AS T2 ON T1.author_id = T2.author_id WHERE T1.genre = 'Mystery'"
    interpretation = Interpretation("pruned", shown("book.title"), "book")
    assert sql(context, interpretation, previous) == "SELECT title FROM book WHERE genre = 'Mystery'"
    assert sql(context, interpretation, PREVIOUS) is None


def test_a_column_compared_with_its_average(context: Context) -> None:
    interpretation = Interpretation(
        select=shown("book.title"), focus="book", filters=(Filter(column("book.pages"), ">"),)
    )
    assert sql(context, interpretation) == "SELECT title FROM book WHERE pages > (SELECT avg(pages) FROM book)"


def test_ranges_that_do_not_meet_are_alternatives(context: Context) -> None:
    apart = (Filter(column("book.pages"), ">", (400,)), Filter(column("book.pages"), "<", (100,)))
    interpretation = Interpretation(select=shown("book.title"), focus="book", filters=apart)
    assert sql(context, interpretation) == "SELECT title FROM book WHERE pages > 400 OR pages < 100"


def test_an_edit_that_the_previous_plan_does_not_allow(context: Context) -> None:
    previous = "SELECT avg(T1.n) FROM (SELECT count(*) AS n FROM book GROUP BY genre) AS T1 JOIN author AS T2"
    assert sql(context, Interpretation("swap", shown("book.title"), "book"), previous) is None
