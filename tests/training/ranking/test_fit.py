"""The fit of ranking and confidence: what is right is ranked first, on databases that were not fitted on."""

from __future__ import annotations

import random

import numpy as np
import pytest

from training.ranking.candidates import JudgedCandidate, JudgedTurn
from training.ranking.config import ChoiceConfig, FitSettings
from training.ranking.design import Design
from training.ranking.train import fit

CONFIG = ChoiceConfig(
    sources={"questions": 1.0, "generated": 3.0},
    fit=FitSettings(l2=(0.1, 1000.0), parts=3),
    centre={"rare": -1.5, "noise": 2.0},
)


def turn(number: int, source: str = "questions") -> JudgedTurn:
    """Return a turn whose right candidate has more of `good`, with some noise."""
    draw = random.Random(number)
    right = draw.randrange(3)
    found = [
        JudgedCandidate(
            {"good": 0.8 * (at == right) + draw.random(), "noise": draw.random()}, at, at == right, False, 0.5
        )
        for at in range(3)
    ]
    return JudgedTurn(source, f"database {number % 6}", str(number), tuple(found))


@pytest.fixture(scope="module")
def turns() -> list[JudgedTurn]:
    return [turn(number, ("questions", "generated")[number % 3 == 0]) for number in range(120)]


def test_the_feature_of_the_right_plan_gets_the_weight(turns: list[JudgedTurn]) -> None:
    found = fit(turns, CONFIG)
    plan = found.models["plan"]
    assert plan["good"] > 2 > abs(plan["noise"])
    assert plan["rare"] == -1.5  # fires nowhere, so that the centre holds
    assert found.report["l2"] == 0.1
    assert found.report["sources"]["all"]["right"] > 0.8
    assert found.report["sources"]["all"]["calibration error"] < 0.15
    assert fit(turns, CONFIG) == found


def test_sources_weigh_what_the_settings_say(turns: list[JudgedTurn]) -> None:
    design = Design(turns, CONFIG.sources)
    of_b = np.array([each.source == "generated" for each in turns])
    assert design.counted[of_b].sum() == pytest.approx(3 * design.counted[~of_b].sum())


def test_a_database_is_never_cut(turns: list[JudgedTurn]) -> None:
    parts = Design(turns, {}).parts(3)
    assert np.sum(parts, axis=0).tolist() == [1] * len(turns)
    for part in parts:
        inside = {each.database for each, inside in zip(turns, part, strict=True) if inside}
        outside = {each.database for each, inside in zip(turns, part, strict=True) if not inside}
        assert not inside & outside
