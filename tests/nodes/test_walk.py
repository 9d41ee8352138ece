"""How many files the default planner walks through from plan_emission to the finished plan."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import pytest

from agent.config import Config
from nodes.node import FIELDS
from nodes.state import GraphState, Turn
from tests.nodes.library import library

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_FILES = 108
"""More than this and the walk has grown: 108 of them on this turn (99 before names were read as said and follow-ups further), beside kinds. The kinds below are not counted, since they lie side by side, and one reads those he asks for."""
KINDS = (
    "nodes/coverage/edits/",
    "nodes/coverage/requirements/",
    "nodes/coverage/calculations/",
    "nodes/coverage/shapes/",
    "nodes/coverage/follow_ups/",
    "nodes/compact/ranking/features/sense/",
)
"""A kind of edit, of requirement, of calculation, of whole query or of sense a file."""
DONE_BEFORE = ("nodes/sql/to_plan.py", "nodes/sql/parsing/", "nodes/lexical/name_matching.py", "value_index/store/")
"""What reads earlier SQL, finds names in the utterance and looks values up: the stages before have asked for it."""


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """The project's files under nodes/ and value_index/ that plan_emission enters, with the calls of each."""
    found = Counter[str]()

    def note(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT):
            file = path.relative_to(ROOT).as_posix()
            if file.startswith(("nodes/", "value_index/")):
                found[file] += 1

    async def run() -> None:
        nodes = Config.load().nodes()
        history = (Turn(utterance="Which books?", sql="SELECT title FROM book WHERE genre = 'Mystery'"),)
        asked = GraphState(
            turn_id="0/1", database_id="library", history=history, utterance="Which of them are by Swedish authors?"
        )
        state, context = asked, library(tmp_path_factory.mktemp("library")).of_turn(asked)
        for stage in ("dialogue_state_tracking", "schema_linking", "value_grounding"):
            state = state.model_copy(update={FIELDS[stage]: await nodes[stage](state, context)})
        before = sys.getprofile()
        sys.setprofile(note)
        try:
            await nodes["plan_emission"](state, context)
        finally:
            sys.setprofile(before)

    asyncio.run(run())
    return found


def test_the_walk_grows_no_further(walked: Counter[str]) -> None:
    corridor = [file for file in walked if not file.startswith(KINDS)]
    assert "nodes/plan_emission.py" in corridor and len(corridor) <= MOST_FILES, (len(corridor), sorted(corridor))


def test_what_the_stages_before_have_asked_is_not_done_again(walked: Counter[str]) -> None:
    assert not [file for file in walked if file.startswith(DONE_BEFORE)]
