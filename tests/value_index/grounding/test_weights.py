"""The ranker's features and its shipped weights."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.grounding.candidate_features import CANDIDATE_FEATURES
from value_index.grounding.ranker import SPAN_FEATURES
from value_index.grounding.weights import load_ranker
from value_index.index import ValueIndex

TEXT = 'Which tracks by "Blue Harbour", Blu Habour or Harbour have more than 3 plays in 2014?'


def names(features: object) -> list[str]:
    assert isinstance(features, tuple)
    return [feature.name for feature in features]


def test_the_features_of_a_text_are_those_of_the_lists(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "music.sqlite") as connection:
        connection.execute("CREATE TABLE track (title TEXT, artist TEXT, plays INT, year INT)")
        connection.execute(
            "INSERT INTO track VALUES ('Old Bridge', 'Blue Harbour', 3, 2014), ('Harbour', 'Ann', 4, 2013)"
        )
    found = list(ValueIndex.build(SQLiteDatabase.open(tmp_path / "music.sqlite")).features(TEXT))
    spans = {name for _, span, _ in found for name in span}
    candidates = {name for _, _, each in found for one in each for name in one}
    assert spans == set(names(SPAN_FEATURES))
    assert candidates == set(names(CANDIDATE_FEATURES))


def test_each_feature_is_listed_once_and_has_a_weight() -> None:
    ranker = load_ranker()
    for features, weights in ((SPAN_FEATURES, ranker.span_weights), (CANDIDATE_FEATURES, ranker.candidate_weights)):
        assert sorted(names(features)) == sorted(set(names(features))) == sorted(weights)
        assert all(feature.doc.endswith(".") for feature in features)
