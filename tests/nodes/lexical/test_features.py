"""The features of the lexical stages, and their shipped weights."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest

from nodes.lexical.candidates import candidates
from nodes.lexical.evidence import Evidence
from nodes.lexical.features import base, clauses, follow_up, interpretation, kind, links, scope, value
from nodes.lexical.features.follow_up import follow_up_features
from nodes.lexical.features.interpretation import interpretation_features
from nodes.lexical.features.links import LinkFeatures
from nodes.lexical.features.value import ValueFeatures
from nodes.lexical.value_candidates import ValueCandidates
from nodes.lexical.weights import LISTS, lexical_weights
from nodes.node import Context
from nodes.state import GraphState, Turn
from tests.nodes.library import answered, library
from value_index.linear_model import Feature

HISTORIES = (
    (),
    (("Which books are mysteries?", "SELECT title FROM book WHERE genre = 'Mystery'"),),
    (("Count books by genre", "SELECT genre, count(*) FROM book GROUP BY genre"),),
    (("The longest book?", "SELECT title FROM book ORDER BY pages DESC LIMIT 1"),),
)
QUESTIONS = (
    "Which mysteries have over 300 pages?",
    "How many different genres are there?",
    "What is the average number of pages of the books by each author, sorted by pages?",
    "Who wrote the longest book?",
    "Which author has written the most books?",
    "List the titles and genres of all books that are not mysteries",
    "Show also their pages and id 7",
    "Only those with more than 3 books containing 'night' and longer than average",
    "Show books of both Mystery and Poetry without loans, the most common genre first",
)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def turns(context: Context) -> list[Evidence]:
    return [each for history in HISTORIES for question in QUESTIONS for each in evidence(context, question, history)]


def evidence(context: Context, question: str, history: tuple[tuple[str, str], ...]) -> Iterator[Evidence]:
    """The turn as the first stage sees it, and as the planner does."""
    asked = tuple(Turn(utterance=utterance, sql=sql) for utterance, sql in history)
    state = GraphState(turn_id="1", database_id="library", history=asked, utterance=question)
    yield Evidence.of(state, context)
    yield Evidence.of(answered(context, question, *history).model_copy(update={"plans": None}), context)


def names(features: tuple[Feature, ...]) -> set[str]:
    return {feature.name for feature in features}


def test_follow_ups_are_told_by_the_features_of_the_list(turns: list[Evidence]) -> None:
    assert all(follow_up_features(turn).keys() == names(follow_up.FEATURES) for turn in turns if turn.previous)


def test_links_are_told_by_the_features_of_the_lists(turns: list[Evidence]) -> None:
    columns, tables = set[str](), set[str]()
    for turn in turns:
        features = LinkFeatures(turn)
        columns |= {name for column in turn.schema.columns for name in features.of_column(column)}
        scores = dict.fromkeys(turn.schema.columns, 0.5)
        tables |= {name for found in features.of_tables(scores).values() for name in found}
    assert (columns, tables) == (names(links.COLUMN_FEATURES), names(links.TABLE_FEATURES))


def test_values_are_told_by_the_features_of_the_list(turns: list[Evidence]) -> None:
    for turn in turns:
        for candidate in ValueCandidates(turn).all():
            assert ValueFeatures(turn).of(candidate).keys() == names(value.FEATURES)


def test_interpretations_are_told_by_features_of_the_list(turns: list[Evidence]) -> None:
    found = {name for turn in turns for each in candidates(turn) for name in interpretation_features(each, turn)}
    assert found <= names(interpretation.FEATURES)
    assert len(found) > 0.65 * len(interpretation.FEATURES)


@pytest.mark.parametrize("model", LISTS)
def test_each_feature_is_listed_once_and_has_a_weight(model: str) -> None:
    weights = getattr(lexical_weights(), model)
    assert sorted(feature.name for feature in LISTS[model]) == sorted(weights)
    assert all(feature.name.isidentifier() and feature.name.islower() for feature in LISTS[model])
    assert all(feature.doc.endswith(".") for feature in LISTS[model])


def test_the_nodes_take_the_chosen_thresholds() -> None:
    from nodes.schema_linking import Lexical
    from nodes.value_grounding import Fuzzy

    weights = lexical_weights()
    assert (Lexical().least_column, Lexical().least_table) == (weights.least_column, weights.least_table)
    assert Fuzzy().threshold == weights.least_value


@pytest.mark.parametrize("module", [base, clauses, follow_up, interpretation, kind, links, scope, value])
def test_each_file_of_features_shows_an_utterance_and_its_sql(module: ModuleType) -> None:
    assert module.__doc__ and "SELECT" in module.__doc__ and '"' in module.__doc__
