"""Every module says what it is for, in a first line that stands alone in an index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generate.module_reference import first_line, modules_of
from docs.generate.pages import ROOT

PREPOSITION = re.compile(
    "(?:About|Above|Across|After|Against|Along|Among|Around|As|At|Because|Before|Behind|Below|Besides?|Between|Beyond|By|"
    "During|For|From|In|Inside|Into|Like|Of|On|Out|Outside|Over|Per|Since|Than|Through|To|Under|Until|Up|Upon|Via|When|"
    r"Where|While|Whose|With|Within|Without)\b"
)


@pytest.mark.parametrize("module", list(modules_of(ROOT)), ids=lambda module: module.relative_to(ROOT).as_posix())
def test_the_first_line_of_a_module_stands_alone(module: Path) -> None:
    line = first_line(module)
    assert line.endswith((".", "?")), line
    assert not PREPOSITION.match(line), line
