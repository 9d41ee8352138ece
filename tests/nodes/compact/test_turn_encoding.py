"""What the stages get from a turn that the network has read: plans, links, state, values, and a choice among all readings."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from nodes.compact import stage_outputs as stages
from nodes.compact import turn_encoding as planner
from nodes.compact.linearize import to_symbols
from nodes.compact.network import SHIPPED, Network
from nodes.compact.plan_parts import PlanParts
from nodes.compact.pointers import Items
from nodes.compact.ranking import rerank as choosing
from nodes.compact.ranking.choice_weights import LISTS
from nodes.compact.ranking.confidence import confidence_features
from nodes.compact.turn_encoding import Planner
from nodes.compact.weights_archive import WeightsError
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from tests.nodes.compact.scripted import Scripted
from tests.nodes.sql.regatta import open_regatta

BEFORE = "SELECT label FROM boat WHERE length > 9"
ASKED = "Which of them are longer than 12?"
NOW = "SELECT label FROM boat WHERE length > 12"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


@pytest.fixture
def state() -> GraphState:
    return GraphState(
        turn_id="0:1", database_id="regatta", utterance=ASKED, history=(Turn(utterance="Boats over 9?", sql=BEFORE),)
    )


def scripted(context: Context, *sqls: str) -> Planner:
    items = Items(context.schema, (9, 12))
    plans = [(to_symbols(to_plan(sql, context.schema), items), 9.0 - 3 * rank) for rank, sql in enumerate(sqls)]
    return Planner(Scripted(*plans))  # type: ignore[arg-type]


def test_the_stages_of_a_turn_read_it_once(context: Context, state: GraphState) -> None:
    made, context = scripted(context, NOW), context.of_turn(state)
    first, second = made.understand(state, context), made.understand(state, context)
    assert first is second and made.network.reads == 1  # type: ignore[attr-defined]
    assert made.understand(state.model_copy(update={"utterance": "And over 9?"}), context) is not first


def test_networks_do_not_share_what_they_read(context: Context, state: GraphState) -> None:
    context = context.of_turn(state)
    assert scripted(context, NOW).understand(state, context) is not scripted(context, NOW).understand(state, context)


def test_what_the_beam_found_is_not_scored_again(
    context: Context, state: GraphState, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = scripted(context, NOW, BEFORE).understand(state, context)
    found = dict(read.plans(4))
    asked = list[int]()

    def scores(network, memory, items, plans):
        asked.append(len(plans))
        return [None] * len(plans)

    monkeypatch.setattr(planner, "scores", scores)
    plan = to_plan(NOW, context.schema)
    assert read.scores([plan, to_plan("SELECT label FROM boat", context.schema), plan]) == [
        found[plan], read.scores([to_plan("SELECT label FROM boat", context.schema)])[0], found[plan],
    ]  # fmt: skip
    assert sum(asked) <= 1


def test_a_database_is_prepared_before_its_first_turn(context: Context) -> None:
    made, read = scripted(context, NOW), list[int]()
    made.network.prepare = lambda names: read.append(len(names))  # type: ignore[method-assign]
    made.prepare(context.database)
    assert read and read[0] >= len(context.schema.tables) + len(context.schema.columns)


def test_state_and_values_follow_from_the_best_plan(context: Context, state: GraphState) -> None:
    read = scripted(context, NOW).understand(state, context)
    assert read.plans(4)[0][0] == to_plan(NOW, context.schema)
    found = stages.dialogue_state(state, read, beam=4)
    assert [c.values for c in found.added] == [(12,)] and [c.values for c in found.dropped] == [(9,)] and not found.kept
    [value] = stages.values(state, read, beam=4, threshold=0.5)
    assert (str(value.column), value.operator, value.value, value.provenance) == ("boat.length", ">", 12, "exact")
    assert not stages.values(state, read, beam=4, threshold=1.1)


def test_links_are_marks_above_the_thresholds(context: Context, state: GraphState) -> None:
    read = scripted(context, NOW).understand(state, context)
    read.memory.marks[1, stages.FROM] = 0.9
    links = stages.links(read, least_table=0.5, least_column=0.5)
    assert [link.table for link in links.tables] == [context.schema.tables[1].name] and not links.columns
    read.memory.marks[1, stages.FROM] = 0.1
    assert len(stages.links(read, least_table=0.5, least_column=0.5).tables) == 1


def test_candidates_of_both_sides_are_told_apart_by_their_parts(context: Context, state: GraphState) -> None:
    read = scripted(context, NOW, BEFORE).understand(state, context)
    found = choosing.candidates(state, context, read, width=4, readings=10)
    assert len({PlanParts(each.plan).key for each in found}) == len(found)
    [first] = [each for each in found if each.features.get("network_first")]
    assert first.plan == to_plan(NOW, context.schema) and first.features["beam"] == 1
    assert any(each.features.get("read_first") for each in found)
    edited = choosing.candidates(state, context, read, width=4, readings=10, weights={"network": 1.0})
    names = {feature.name for feature in LISTS["plan"]}
    assert len(edited) > len(found) and {name for each in edited for name in each.features} <= names
    assert confidence_features(first.features, [1.0]).keys() == {each.name for each in LISTS["confidence"]}
    ranked = choosing.ranking(found, {"network": 1.0})
    assert ranked[0][0] is first


def test_weights_that_were_never_calibrated_choose_nothing(
    context: Context, state: GraphState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "load_planner", lambda weights: scripted(context, NOW))
    with pytest.raises(WeightsError, match="never calibrated"):
        choosing.chosen(state, context, weights="x.zip", beam=4, readings=0, most=3)


def test_the_first_plan_alone_has_a_confidence(
    context: Context, state: GraphState, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scripted(context, NOW, BEFORE)
    made.network.about["choice"] = {"plan": {"network": 1.0}, "confidence": {"bias": 1.0}}
    monkeypatch.setattr(choosing, "load_planner", lambda weights: made)
    plans = choosing.chosen(state, context, weights="made.zip", beam=4, readings=0, most=3)
    assert plans[0].plan == to_plan(NOW, context.schema)
    assert plans[0].confidence == pytest.approx(0.731, abs=1e-3) and plans[1].confidence is None


@pytest.mark.parametrize("content", [b"", b"PK no archive"])
def test_torn_or_missing_weights_are_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.zip"
    if content:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot read the weights"):
        Network(path)
    with pytest.raises(WeightsError):
        planner.load_planner(str(path))


def test_scores_that_are_no_numbers_are_refused(context: Context, state: GraphState) -> None:
    network = Network(SHIPPED)
    turn = Planner(network).understand(state, context)
    with pytest.raises(WeightsError, match="no numbers"):
        network.step(
            replace(turn.memory, items=turn.memory.items * np.nan), np.zeros((1, 1), np.int64), network.start(1)
        )


@pytest.mark.parametrize("part", ["manifest.json", "tokenizer.json", "encoder.onnx"])
@pytest.mark.parametrize("content", [b"", b"[]", b"\x08\x01 nonsense", b'{"a": 1}', b"[" * 100_000])
def test_damage_behind_a_right_checksum_is_one_line(tmp_path: Path, part: str, content: bytes) -> None:
    path = tmp_path / "weights.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("manifest.json", "tokenizer.json", "encoder.onnx", "mixing.onnx", "step.onnx"):
            archive.writestr(name, content if name == part else _small(name))
    with pytest.raises(WeightsError) as raised:
        Network(path)
    assert "\n" not in str(raised.value)


def _small(name: str) -> bytes:
    """Return a part that is read without a fault, up to the first graph."""
    if name != "tokenizer.json":
        return b"{}"
    return Tokenizer(WordLevel({"a": 0}, unk_token="a")).to_str().encode()
