"""What each rule is worth: golds that it is told of, answers that it fixes and breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import DEFAULT, Config, ConfigError, read_tables
from eval.checks.rule_scores import RuleScores, rules_table
from eval.checks.rules import KINDS, RANKING, RuleCheck
from eval.datasets import load
from eval.demo.build import DEMO_DATA, build
from eval.records import read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from tests.eval.archive import make_archive

DIALOGUES = (2, 5)


@pytest.fixture(scope="module")
def scores() -> RuleScores:
    build()
    return RuleCheck(load("cosql", DEMO_DATA, "dev").select(*DIALOGUES)).scores()


def test_every_rule_has_its_figures(scores: RuleScores) -> None:
    assert [rule.rule for rule in scores.rules] == [*KINDS, *RANKING]
    assert 0 < scores.plans <= scores.golds == scores.turns and scores.right <= scores.turns
    for rule in scores.rules:
        assert len(rule.fixed) + len(rule.broken) <= rule.changed <= scores.turns
        assert (rule.weight is None) == (rule.heeded_by == "validator")
    assert scores.false_alarm_rate == 0
    assert len(rules_table(scores).rows) < len(scores.rules)


def test_a_rule_off_gives_the_answers_of_a_configuration_without_it(scores: RuleScores, tmp_path: Path) -> None:
    rule = max((rule for rule in scores.rules if rule.heeded_by == "ranking"), key=lambda rule: rule.changed)
    assert rule.changed
    text = DEFAULT.read_text().replace('variant = "compact"', f'variant = "compact", off = ["{rule.rule}"]')
    (tmp_path / "without.toml").write_text(text)
    answers: list[list[str]] = []
    for name, config in (("with", DEFAULT), ("without", tmp_path / "without.toml")):
        options = RunOptions(
            data=DEMO_DATA, out=tmp_path / name, config=config, dialogues="{}:{}".format(*DIALOGUES), alone=False
        )
        run(options)
        answers.append([record.sql for record in read_turns(tmp_path / name)])
    assert sum(one != other for one, other in zip(*answers, strict=True)) == rule.changed


def test_golds_alone_are_looked_at_without_answers(tmp_path: Path) -> None:
    found = RuleCheck(load("cosql", make_archive(tmp_path / "data"), "dev"), answers=False).scores()
    assert (found.golds, found.turns) == (7, 0)  # one gold does not run


def test_an_unknown_rule_is_refused() -> None:
    tables = read_tables(DEFAULT)
    tables["nodes"]["plan_emission"] = {"variant": "compact", "off": ["nonsense"]}
    with pytest.raises(ConfigError, match="no rule 'nonsense': choose from"):
        Config.parse(tables, source="here")
