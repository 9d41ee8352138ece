from __future__ import annotations

from pathlib import Path

import pytest

from agent.config import DEFAULT, Config, ConfigError
from nodes import schema_linking
from nodes.node import Variant
from nodes.registry import NODES
from nodes.state import STAGES


class Tuned(Variant):
    """A variant with a setting, registered for a test only."""

    limit: int = 5

    async def __call__(self, state: object, context: object) -> None: ...


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NODES["schema_linking"], "tuned", Tuned)


def parse(text: str, tmp_path: Path, *overrides: str) -> Config:
    path = tmp_path / "agent.toml"
    path.write_text(text, encoding="utf-8")
    return Config.load(path, overrides=overrides)


def test_a_file_names_variants_and_their_settings(tmp_path: Path, tuned: None) -> None:
    config = parse('[nodes.schema_linking]\nvariant = "tuned"\nlimit = 7\n[graph]\nmax_attempts = 2\n', tmp_path)
    assert config.nodes()["schema_linking"] == Tuned(limit=7)
    assert config.variants["schema_linking"] == "tuned"
    assert config.graph.max_attempts == 2


def test_a_stage_that_is_not_named_is_skipped(tmp_path: Path) -> None:
    config = parse("", tmp_path)
    assert set(config.variants.values()) == {"skip"}
    assert isinstance(config.nodes()["schema_linking"], schema_linking.Skip)


def test_an_override_replaces_the_whole_table(tmp_path: Path, tuned: None) -> None:
    text = '[nodes.schema_linking]\nvariant = "tuned"\nlimit = 7\n'
    assert parse(text, tmp_path, "schema_linking=skip").variants["schema_linking"] == "skip"
    assert parse(text, tmp_path, "schema_linking=tuned").nodes()["schema_linking"] == Tuned()


def test_the_hash_is_of_the_meaning(tmp_path: Path, tuned: None) -> None:
    plain = parse('[nodes.schema_linking]\nvariant = "tuned"\n', tmp_path)
    spelled = parse(
        '# why\n[graph]\nmax_attempts = 3\n[nodes]\nschema_linking = {limit = 5, variant="tuned"}', tmp_path
    )
    other = parse('[nodes.schema_linking]\nvariant = "tuned"\nlimit = 6\n', tmp_path)
    assert plain.sha256 == spelled.sha256 != other.sha256


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[nodes.schema_linker]", ["'nodes.schema_linker'", *STAGES]),
        ("[node.schema_linking]", ["'node'", "nodes, graph, execution"]),
        ('[nodes.schema_linking]\nvariant = "lexicla"', ["nodes.schema_linking", "'lexicla'", "skip"]),
        ("[nodes.schema_linking]\nlimit = 3", ["nodes.schema_linking", "needs a variant", "skip"]),
        ("[nodes.schema_linking]\nvariant = 3", ["nodes.schema_linking", "3", "skip"]),
        ('[nodes.schema_linking]\nvariant = "skip"\nlimit = 3', ["'nodes.schema_linking.limit'", "none"]),
        ('[nodes.schema_linking]\nvariant = "tuned"\nlimits = 3', ["'nodes.schema_linking.limits'", "limit"]),
        ('[nodes.schema_linking]\nvariant = "tuned"\nlimit = "x"', ["nodes.schema_linking.limit", "integer", "'x'"]),
        ("[graph]\nattempts = 1", ["'graph.attempts'", "max_attempts"]),
        ("[graph]\nmax_attempts = 0", ["graph.max_attempts", "greater than or equal to 1", "0"]),
        ("graph = 3", ["graph must be a table"]),
        ("[nodes]\nschema_linking = 'skip'", ["nodes.schema_linking must be a table"]),
        ("[eval]\nname = 'x'", ["'eval'", "nodes, graph, execution"]),
        ("[nodes", ["not a TOML file"]),
    ],
)
def test_a_bad_file_is_one_line_with_file_key_and_choices(
    text: str, words: list[str], tmp_path: Path, tuned: None
) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, tmp_path)
    message = str(raised.value)
    assert "\n" not in message
    assert str(tmp_path / "agent.toml") in message
    for word in words:
        assert word in message


@pytest.mark.parametrize("word", ["schema_linking", "linking=skip", "=", ""])
def test_a_bad_override_names_the_stages(word: str) -> None:
    with pytest.raises(ConfigError, match="STAGE=VARIANT; stages: dialogue_state_tracking"):
        Config.load(DEFAULT, overrides=[word])


def test_an_override_with_an_unknown_variant_names_the_variants() -> None:
    with pytest.raises(ConfigError, match=r"no variant 'nope'; allowed: .*skip"):
        Config.load(DEFAULT, overrides=["schema_linking=nope"])


def test_missing_and_undecodable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent.toml: cannot read"):
        Config.load(tmp_path / "absent.toml")
    with pytest.raises(ConfigError, match="cannot read"):
        Config.load(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(ConfigError, match="not a TOML file"):
        Config.load(tmp_path / "latin.toml")


def test_another_language_is_refused_unless_a_model_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text("")
    assert "other_language" in Config.load(path).refused
    path.write_text(
        '[endpoint]\nbase_url = "http://127.0.0.1:1/v1"\nmodel = "m"\n[nodes]\nsql_generation = { variant = "llm" }'
    )
    assert "other_language" not in Config.load(path).refused and "change_order" in Config.load(path).refused
    path.write_text("[graph]\nrefuse = []")
    assert Config.load(path).refused == ()
