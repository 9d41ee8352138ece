"""What each stage's output is worth against the gold of its turn."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import load
from eval.gold.outputs import Gold, GoldBook
from eval.scoring.stage_scores import (
    dialogue_state_scores,
    schema_linking_scores,
    validation_scores,
    value_grounding_scores,
)
from nodes.plan.constraints import Constraint
from nodes.state import (
    ColumnLink,
    DialogueState,
    GroundedValue,
    SchemaLinks,
    TableLink,
)
from value_index.schema import ColumnRef

COUNTRY = ColumnRef(table="CITY", column="Country")
PEOPLE = ColumnRef(table="city", column="people")


@pytest.fixture
def gold(archive: Path) -> Gold:
    """Of "With at least 600 people.": country = 'FR' kept, people >= 600 added."""
    found = GoldBook(load("cosql", archive, "dev")).turn(0, 2)
    assert found is not None
    return found


def value(column: ColumnRef, stored: str | int) -> GroundedValue:
    return GroundedValue(mention=str(stored), column=column, value=stored, score=1.0)


def test_gold_is_perfect_against_itself(gold: Gold) -> None:
    for metrics in (
        dialogue_state_scores(gold, gold.dialogue_state),
        schema_linking_scores(gold, gold.schema_links),
        value_grounding_scores(gold, gold.grounded_values),
    ):
        assert set(metrics.values()) == {1.0}


def test_constraints_are_compared_as_sets_without_case(gold: Gold) -> None:
    given = DialogueState(question="?", kept=(Constraint(column=COUNTRY, operator="=", values=("fr",)),))
    assert dialogue_state_scores(gold, given) == {"carried_f1": 1.0, "added_f1": 0.0, "dropped_f1": 1.0}


def test_links_have_recall_and_f1(gold: Gold) -> None:
    given = SchemaLinks(
        tables=(TableLink(table="City", score=1.0), TableLink(table="shop", score=0.5)),
        columns=(ColumnLink(column=COUNTRY, score=1.0),),
    )
    metrics = schema_linking_scores(gold, given)
    assert metrics["table_recall"] == 1.0
    assert metrics["table_f1"] == pytest.approx(2 / 3)
    assert metrics["column_recall"] == pytest.approx(1 / 3), "name, country and people are used"
    assert metrics["column_f1"] == pytest.approx(0.5)


def test_a_value_in_the_wrong_column_is_found_but_not_placed(gold: Gold) -> None:
    metrics = value_grounding_scores(gold, (value(PEOPLE, "FR"), value(PEOPLE, 600)))
    assert metrics == {"precision": 0.5, "value_recall": 1.0, "value_column_accuracy": 0.5}


def test_abstention_counts_where_there_is_nothing_to_ground(archive: Path) -> None:
    gold = GoldBook(load("cosql", archive, "dev")).turn(0, 0)
    assert gold is not None
    assert value_grounding_scores(gold, ()) == {"abstention": 1.0}
    assert value_grounding_scores(gold, (value(PEOPLE, 600),)) == {"precision": 0.0, "abstention": 0.0}


def test_a_validator_is_right_about_what_it_flags_and_about_what_fails() -> None:
    assert validation_scores(flagged=True, fails=True, wrong=True) == {
        "precision": 1.0, "recall": 1.0, "precision_wrong": 1.0, "recall_wrong": 1.0,
    }  # fmt: skip
    assert validation_scores(flagged=False, fails=False, wrong=True) == {"recall_wrong": 0.0}
    assert validation_scores(flagged=True, fails=False, wrong=False) == {"precision": 0.0, "precision_wrong": 0.0}
    assert validation_scores(flagged=False, fails=False, wrong=None) == {}
