"""What is shown of the rows before: more columns, people, figures of each."""

from __future__ import annotations

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.things import ThingFeatures
from nodes.coverage.demand import Demand
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import offered, state_of
from tests.nodes.coverage.follow_ups.ferries import HOLM, fired


def test_columns_come_beside_the_list_that_was_counted(context: Context) -> None:
    listed, counted = HOLM, "SELECT count(*) FROM ferry WHERE builder = 'Holm'"
    wanted = "SELECT label, tons FROM ferry WHERE builder = 'Holm'"
    assert wanted in offered(context, "listed_again", "Show their tons too", listed, counted)
    assert "adds_to_shown" in fired(context, "Show their tons too", wanted, listed, counted)
    assert "adds_shown_lost" in fired(context, "Show their tons too", wanted.replace("label, ", ""), listed, counted)
    assert not offered(context, "listed_again", "Which harbours are there?", listed, counted)


def test_the_other_end_of_a_key_is_nothing_more(context: Context) -> None:
    before = "SELECT skipper_id FROM crossing"
    more = "SELECT T1.skipper_id, T1.state FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id"
    assert "adds_to_shown" in fired(context, "Show the state too", more, before)
    again = more.replace("T1.state", "T2.skipper_id")
    assert "adds_to_shown" not in fired(context, "Show the skipper id as well", again, before)


def test_with_a_column_adds_it(context: Context) -> None:
    before = "SELECT label FROM ferry"
    assert "SELECT label, tons FROM ferry" in offered(context, "projection", "with the tons", before)
    assert "adds_shown_lost" in fired(context, "with the tons", "SELECT tons FROM ferry", before)
    assert "adds_shown_lost" not in fired(context, "with the highest tons", "SELECT tons FROM ferry", before)


def test_whoever_a_key_leads_to_is_named(context: Context) -> None:
    before = "SELECT skipper_id FROM crossing WHERE state = 'sailed'"
    wanted = "SELECT T2.full_name FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id WHERE T1.state = 'sailed'"
    assert wanted in offered(context, "key_names", "Who steered them?", before)
    assert not offered(context, "key_names", "Show their skipper id", before)


def test_somebody_is_no_key(context: Context) -> None:
    before = "SELECT crossing_id FROM crossing"
    demand = Demand.of(state_of("Who steered them?", before), context)

    def features(sql: str) -> set[str]:
        return {n for n, v in ThingFeatures(demand).of(PlanParts(to_plan(sql, context.schema))).items() if v}

    by_key = "SELECT T2.full_name FROM crossing AS T1 JOIN skipper AS T2 ON T1.skipper_id = T2.skipper_id"
    assert features("SELECT skipper_id FROM crossing") == {"key_for_person"}
    assert features(by_key) == {"person_led_to"}
    assert not features(by_key.replace("skipper_id", "harbour_id"))


def test_a_figure_is_told_of_each_row(context: Context) -> None:
    before = "SELECT label FROM ferry"
    right = "SELECT T1.label, count(*) FROM ferry AS T1 JOIN crossing AS T2 ON T1.ferry_id = T2.ferry_id GROUP BY T1.ferry_id"
    wrong = right.replace("GROUP BY T1.ferry_id", "GROUP BY T2.state")
    assert "each_told" in fired(context, "How many crossings did each of them make?", right, before)
    assert "each_told" not in fired(context, "How many crossings did each of them make?", wrong, before)


def test_when_alone_shows_the_time_that_was_compared(context: Context) -> None:
    before = "SELECT full_name FROM skipper WHERE hired_on < '2006-01-01'"
    wanted = before.replace("full_name", "full_name, hired_on")
    assert "when_missing" not in fired(context, "Show when, too", wanted, before)
    assert "when_missing" in fired(context, "Show when, too", wanted.replace("e, hired_on", "e, left_on"), before)
    assert "when_missing" not in fired(
        context, "When did they leave?", wanted.replace("e, hired_on", "e, left_on"), before
    )
