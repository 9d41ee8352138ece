"""A mix: prompts are the served ones, planted leaks are caught, nothing is cut, and a kill loses nothing."""

from __future__ import annotations

import copy
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.datasets import DataError, load
from nodes.node import Context
from nodes.plan import Plan
from nodes.prompts.sql_prompt import sql_prompt
from nodes.sql.from_plan import from_plan
from nodes.state import GraphState, ScoredPlan, Turn
from tests.training.data.library import AGENT, MIX, about, write_data, write_mix
from training.data.mix.config import load_mix
from training.data.mix.manifest import MixManifest
from training.data.mix.prepare import prepare
from training.data.parts import NAME
from training.dev_databases import LeakError
from training.settings import TrainingError
from turnsql import app

DIRECT = """
[nodes]
sql_generation = { variant = "llm" }

[endpoint]
base_url = "http://localhost:1/v1"
model = "none"
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_data(tmp_path / "data", [*about("air_network")[:2], *about("bookshop")[:2]], about("clinic")[:2])


def made(data: Path, out: Path, mix: Path) -> MixManifest:
    return prepare(mix, data, out, tokenizer=None, say=lambda _: None)


def rows(out: Path, split: str, stage: str) -> list[dict]:
    return [json.loads(line) for line in (out / split / f"{stage}.jsonl").read_text().splitlines()]


def test_the_prompt_is_the_one_that_the_node_sends(data: Path, tmp_path: Path) -> None:
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path, agent=DIRECT))
    found = rows(tmp_path / "mix", "train", "sql_generation")
    assert len(found) == manifest.rows["train"]["sql_generation"] >= 10
    dataset = load("cosql", data / "cosql_dataset", "train")
    for row in found:
        dialogue, turn = map(int, row["place"].split("."))
        gold = dataset.by_index[dialogue]
        database = dataset.open_database(gold.database_id)
        history = tuple(Turn(utterance=past.utterance, sql=past.query) for past in gold.turns[:turn])
        state = GraphState(
            turn_id="", database_id=gold.database_id, history=history, utterance=gold.turns[turn].utterance,
            plans=(ScoredPlan(plan=Plan(), score=0.0),), grounded_values=(),
        )  # fmt: skip
        asked = sql_prompt(state, Context(database.schema, database).schema)
        assert row["messages"][:-1] == [message.model_dump() for message in asked.messages]
        assert database.execute(row["messages"][-1]["content"]).rows == database.execute(row["gold"]).rows
        assert row["messages"][-1]["role"] == "assistant"
        assert Path(row["database"]).is_file()


def test_the_answer_of_a_planner_is_the_gold_plan_without_the_joins_that_the_keys_give(
    data: Path, tmp_path: Path
) -> None:
    made(data, tmp_path / "mix", write_mix(tmp_path))
    dataset = load("cosql", data / "cosql_dataset", "train")
    found = rows(tmp_path / "mix", "train", "plan_emission")
    assert any('"joins"' not in row["messages"][-1]["content"] and " JOIN " in row["gold"] for row in found)
    for row in found:
        database = dataset.open_database(row["database_id"])
        plan = Plan.model_validate_json(row["messages"][-1]["content"])
        answered = database.execute(from_plan(plan, database.schema))
        assert sorted(map(str, answered.rows)) == sorted(map(str, database.execute(row["gold"]).rows))


def test_the_manifest_says_what_the_mix_is_made_of(data: Path, tmp_path: Path) -> None:
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path))
    (source,) = manifest.sources
    assert (source.name, source.role, source.licence, source.dialect) == (
        "cosql/train",
        "train",
        "CC BY-SA 4.0",
        "sqlite",
    )
    assert len(manifest.hashes["train"]) == manifest.rows["train"]["sql_generation"]
    assert manifest.oracle_rows == 0
    assert manifest.lengths["sql_generation"].most < manifest.lengths["sql_generation"].limit
    again = made(data, tmp_path / "again", write_mix(tmp_path))
    assert again.fingerprint == manifest.fingerprint and again.hashes == manifest.hashes
    assert MixManifest.model_validate_json((tmp_path / "mix" / "manifest.json").read_text()) == manifest


def test_a_validation_database_is_kept_apart(data: Path, tmp_path: Path) -> None:
    made(data, tmp_path / "mix", write_mix(tmp_path, 'validation_databases = ["bookshop"]\n' + MIX))
    assert {row["database_id"] for row in rows(tmp_path / "mix", "train", "sql_generation")} == {"air_network"}
    assert {row["database_id"] for row in rows(tmp_path / "mix", "validation", "sql_generation")} == {"bookshop"}


def test_duplicates_are_one(tmp_path: Path) -> None:
    shop = about("bookshop")[:2]
    twin = copy.deepcopy(shop[0])
    twin["interaction"][0]["utterance"] = twin["interaction"][0]["utterance"].upper() + " ??"
    data = write_data(tmp_path / "data", [*shop, twin], about("clinic")[:1])
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path))
    assert manifest.left_out["duplicate"] >= len(twin["interaction"])


# Planted leaks.


def test_a_database_that_is_measured_on_is_refused(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", [*about("bookshop")[:1], *about("clinic")[:1]], about("clinic")[:1])
    with pytest.raises(LeakError, match="'clinic', the same database id"):
        made(data, tmp_path / "mix", write_mix(tmp_path))


def test_a_measured_schema_under_another_name_is_refused(tmp_path: Path) -> None:
    copied = copy.deepcopy(about("clinic")[:1])
    for dialogue in copied:
        dialogue["database_id"] = "surgery"
    data = write_data(tmp_path / "data", [*about("bookshop")[:1], *copied], about("clinic")[:1])
    folder = data / "cosql_dataset" / "database"
    (folder / "surgery").mkdir()
    shutil.copy(folder / "clinic" / "clinic.sqlite", folder / "surgery" / "surgery.sqlite")
    with pytest.raises(LeakError, match="'surgery', the same schema under another name as 'clinic'"):
        made(data, tmp_path / "mix", write_mix(tmp_path))


def test_a_question_that_is_measured_on_is_left_out(tmp_path: Path) -> None:
    shop, clinic = copy.deepcopy(about("bookshop")[:2]), copy.deepcopy(about("clinic")[:2])
    planted = "Which of the customers in our records bought exactly seven unusual things last winter?"
    clinic[0]["interaction"][0]["utterance"] = planted
    shop[0]["interaction"][0]["utterance"] = planted.replace("exactly seven", "seven")
    data = write_data(tmp_path / "data", shop, clinic)
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path))
    assert [leak.kind for leak in manifest.audit.left_out] == ["question"]
    assert manifest.left_out["too near an evaluation row"] == 1
    assert "0.0" not in [row["place"] for row in rows(tmp_path / "mix", "train", "sql_generation")]


def test_a_development_database_is_refused_by_its_name(tmp_path: Path) -> None:
    shop = copy.deepcopy(about("bookshop")[:2])
    shop[1]["database_id"] = "world_1"
    data = write_data(tmp_path / "data", shop, about("clinic")[:1])
    with pytest.raises(LeakError, match="dialogue 1 is about 'world_1'"):
        made(data, tmp_path / "mix", write_mix(tmp_path))


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ('set = "cosql"\nsplit = "dev"', "cosql/dev is proxy"),
        ('set = "bird_mini_dev"\nsplit = "mini_dev"', "bird_mini_dev/mini_dev is harness"),
        ('set = "bird_interact"\nsplit = "lite"', "bird_interact/lite is north star"),
        ('set = "schema_rich"\nover = ["cosql", "dev"]', "schema_rich over cosql/dev"),
        ('set = "conversations"\nsplit = "a"\nover = ["cosql", "dev"]', "conversations over cosql/dev"),
    ],
)
def test_what_is_measured_on_is_no_source(data: Path, tmp_path: Path, source: str, says: str) -> None:
    with pytest.raises(LeakError, match=says):
        made(data, tmp_path / "mix", write_mix(tmp_path, MIX.replace('set = "cosql"', source)))


def test_without_anything_to_audit_against_nothing_is_made(data: Path, tmp_path: Path) -> None:
    (data / "cosql_dataset" / "sql_state_tracking" / "cosql_dev.json").unlink()
    with pytest.raises(LeakError, match="cannot be audited"):
        made(data, tmp_path / "mix", write_mix(tmp_path))


def test_gold_in_prompts_is_refused_unless_the_mix_is_diagnostic_and_then_marked(data: Path, tmp_path: Path) -> None:
    agent = DIRECT + '\n[eval]\noracle = ["plan_emission"]\n'
    with pytest.raises(LeakError, match="given gold at plan_emission"):
        made(data, tmp_path / "mix", write_mix(tmp_path, agent=agent))
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path, "diagnostic = true\n" + MIX, agent))
    assert manifest.oracle_rows == manifest.rows["train"]["sql_generation"]
    assert all(row["oracle"] for row in rows(tmp_path / "mix", "train", "sql_generation"))


def test_an_answer_planted_in_the_question_is_refused(tmp_path: Path) -> None:
    shop = copy.deepcopy(about("bookshop")[:2])
    shop[0]["interaction"][0]["utterance"] += " Answer: " + shop[0]["interaction"][0]["query"]
    data = write_data(tmp_path / "data", shop, about("clinic")[:1])
    with pytest.raises(LeakError, match=r"cosql/train:0\.0: the question holds the SQL"):
        made(data, tmp_path / "mix", write_mix(tmp_path))


# Length, interruption, bad input.


def test_a_row_longer_than_the_context_is_refused_never_cut(data: Path, tmp_path: Path) -> None:
    short = MIX.replace("8192", "700")
    with pytest.raises(TrainingError, match=r"tokens \(estimate\), context_tokens allows 700: raise it"):
        made(data, tmp_path / "mix", write_mix(tmp_path, short))
    manifest = made(data, tmp_path / "other", write_mix(tmp_path, 'too_long = "leave_out"\n' + short))
    assert manifest.left_out["plan_emission row longer than the context"] > 0
    assert all(found.most <= 700 for found in manifest.lengths.values())


def test_others_are_drawn_for_turns_whose_rows_are_too_long(data: Path, tmp_path: Path) -> None:
    mix = 'stages = ["plan_emission"]\n' + MIX
    whole = made(data, tmp_path / "whole", write_mix(tmp_path, mix)).lengths["plan_emission"]
    short = 'rows = 6\ntoo_long = "leave_out"\n' + mix.replace("8192", str(whole.median))
    manifest = made(data, tmp_path / "short", write_mix(tmp_path, short))
    assert whole.rows > 12
    assert manifest.left_out["longer than the context, others drawn"] > 0
    assert manifest.rows["train"]["plan_emission"] == 6


def test_a_kill_at_any_byte_loses_at_most_one_turn(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mix = write_mix(tmp_path, "rows = 6\n" + MIX)
    monkeypatch.setattr("training.data.mix.prepare.PartFile.remove", lambda self: None)
    whole = made(data, tmp_path / "whole", mix)
    text = (tmp_path / "whole" / NAME).read_bytes()
    expected = (tmp_path / "whole" / "train" / "sql_generation.jsonl").read_text()
    for cut in (len(text) // 3, len(text) // 2, len(text) - 1):
        out = tmp_path / f"cut{cut}"
        out.mkdir()
        (out / NAME).write_bytes(text[:cut])
        asked: list[str] = []
        monkeypatch.setattr("training.data.mix.prepare.PartFile.add", _counting(asked))
        assert made(data, out, mix).fingerprint == whole.fingerprint
        monkeypatch.undo()
        monkeypatch.setattr("training.data.mix.prepare.PartFile.remove", lambda self: None)
        assert (out / "train" / "sql_generation.jsonl").read_text() == expected
        assert len(asked) == 6 - (text[:cut].count(b"\n") - 1)


def _counting(asked: list[str]):
    from training.data.parts import PartFile

    add = PartFile.add

    def counted(self: PartFile, key: str, found: list) -> None:
        asked.append(key)
        add(self, key, found)

    return counted


def test_a_folder_of_another_mix_is_refused(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "mix"
    out.mkdir()
    (out / NAME).write_text('{"fingerprint": "another"}\n')
    with pytest.raises(DataError, match="begun with other settings"):
        made(data, out, write_mix(tmp_path))
    (out / NAME).unlink()
    (out / "mine.txt").touch()
    with pytest.raises(DataError, match="not empty"):
        made(data, out, write_mix(tmp_path))


def test_a_full_disk_is_one_line(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.data.parts.os.write", full)
    with pytest.raises(
        DataError, match="No space left on device: make room, then run the command again; nothing is lost"
    ):
        made(data, tmp_path / "mix", write_mix(tmp_path))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("seed = 7", "seeds = 7"), "seeds: Extra inputs"),
        (('set = "cosql"', 'set = "wikisql"'), "no data set 'wikisql'"),
        (('set = "cosql"', 'set = "sparc"'), "turnsql data fetch sparc"),
        (
            ("seed = 7", 'seed = 7\nstages = ["value_grounding"]'),
            "value_grounding of the agent asks a model: name one of plan",
        ),
        (('set = "cosql"', 'set = "schema_rich"'), "schema_rich needs the databases"),
    ],
)
def test_bad_settings_are_one_line(data: Path, tmp_path: Path, change: tuple[str, str], says: str) -> None:
    mix = write_mix(tmp_path, MIX.replace(*change))
    shown = CliRunner().invoke(
        app, ["data", "prepare", "--config", str(mix), "--data", str(data), "--out", str(tmp_path / "o")]
    )
    assert says in str(shown.exception) and "\n" not in str(shown.exception)


def test_a_malformed_row_is_named(data: Path, tmp_path: Path) -> None:
    path = data / "cosql_dataset" / "sql_state_tracking" / "cosql_train.json"
    bad = json.loads(path.read_text())
    del bad[2]["interaction"][1]["query"]
    path.write_text(json.dumps(bad))
    with pytest.raises(DataError, match=r"row 2, interaction\.1\.query: Field required"):
        made(data, tmp_path / "mix", write_mix(tmp_path))


def test_generated_questions_are_a_source(data: Path, tmp_path: Path) -> None:
    text = MIX.replace('set = "cosql"', 'set = "schema_rich"\nover = ["cosql", "train"]\nper_database = 4')
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path, text))
    assert manifest.sources[0].role == "synthetic"
    assert 4 <= manifest.rows["train"]["sql_generation"] <= 8


def test_conversations_by_construction_are_a_source(data: Path, tmp_path: Path) -> None:
    source = 'set = "conversations"\nsplit = "a"\nover = ["cosql", "train"]\nper_database = 6'
    manifest = made(data, tmp_path / "mix", write_mix(tmp_path, MIX.replace('set = "cosql"', source)))
    assert (manifest.sources[0].name, manifest.sources[0].role) == ("conversations/a", "context")
    assert manifest.rows["train"]["sql_generation"] >= 6


def test_synthetic_rows_are_a_source(data: Path, tmp_path: Path) -> None:
    row = {
        "id": 5, "sql_prompt": "How many barns have a red roof?", "sql": "SELECT COUNT(*) FROM barn WHERE roof = 'red';",
        "sql_context": "CREATE TABLE barn (id INT, roof TEXT); INSERT INTO barn VALUES (1, 'red'), (2, 'blue');",
    }  # fmt: skip
    (data / "synthetic_text_to_sql").mkdir()
    (data / "synthetic_text_to_sql" / "synthetic_text_to_sql_train.jsonl").write_text(json.dumps(row) + "\n")
    text = MIX.replace('set = "cosql"', 'set = "synthetic_text_to_sql"\nmost = 5')
    made(data, tmp_path / "mix", write_mix(tmp_path, text))
    (found,) = rows(tmp_path / "mix", "train", "sql_generation")
    with sqlite3.connect(found["database"]) as connection:
        assert connection.execute(found["messages"][-1]["content"]).fetchall() == [(1,)]


def test_the_noised_history_reaches_the_prompt(data: Path, tmp_path: Path) -> None:
    mix = write_mix(tmp_path, 'history = "noised"\nnoise_rate = 1.0\n' + MIX)
    made(data, tmp_path / "noised", mix)
    made(data, tmp_path / "plain", write_mix(tmp_path))
    noised, plain = (rows(tmp_path / name, "train", "sql_generation") for name in ("noised", "plain"))
    assert [row["messages"][-1] for row in noised] == [row["messages"][-1] for row in plain]
    assert noised != plain


MIXES = sorted((Path(__file__).parents[3] / "configs" / "training" / "mixes").glob("*.toml"))


@pytest.mark.parametrize("path", MIXES, ids=lambda path: path.stem)
def test_every_shipped_mix_loads_with_an_agent_that_asks_a_model(path: Path) -> None:
    from eval.runs.experiment import RunOptions, read_experiment
    from training.data.catalogue import TRAINABLE, split_of
    from training.data.chat import ChatMaker

    settings = load_mix(path)
    agent, experiment = read_experiment(RunOptions(data=Path(), out=Path(), config=path.parent / settings.agent))
    maker = ChatMaker.of(settings, agent, frozenset(experiment.oracle))
    assert maker.stages and settings.validation_databases
    assert settings.diagnostic == bool(experiment.oracle)
    assert all(split_of(source.set, source.split).role in TRAINABLE for source in settings.sources)


def test_the_command_prints_sources_lengths_and_what_was_left_out(data: Path, tmp_path: Path) -> None:
    mix = write_mix(tmp_path, AGENT and MIX)
    shown = CliRunner().invoke(
        app, ["data", "prepare", "--config", str(mix), "--data", str(data), "--out", str(tmp_path / "o")]
    )
    assert shown.exit_code == 0, shown.output
    for words in ("Sources", "cosql/train", "CC BY-SA", "Rows", "sql_generation", "Left out", "training rows"):
        assert words in shown.output


def test_a_source_can_be_held_to_some_dialogues_and_databases(data: Path, tmp_path: Path) -> None:
    text = MIX + 'dialogues = "1:3"\ndatabases = ["bookshop"]\n'
    made(data, tmp_path / "mix", write_mix(tmp_path, text))
    found = rows(tmp_path / "mix", "train", "sql_generation")
    assert {row["place"].partition(".")[0] for row in found} == {"2"}
    assert {row["database_id"] for row in found} == {"bookshop"}


def test_the_answer_of_a_model_that_sees_the_plan_alone_is_the_compilers(data: Path, tmp_path: Path) -> None:
    agent = DIRECT.replace('"llm" }', '"llm", sees = "plan" }') + '\n[eval]\noracle = ["plan_emission"]\n'
    made(data, tmp_path / "mix", write_mix(tmp_path, "diagnostic = true\n" + MIX, agent))
    dataset = load("cosql", data / "cosql_dataset", "train")
    for row in rows(tmp_path / "mix", "train", "sql_generation"):
        database = dataset.open_database(row["database_id"])
        answer = row["messages"][-1]["content"]
        assert sorted(map(str, database.execute(answer).rows)) == sorted(map(str, database.execute(row["gold"]).rows))
        assert " AS T1" not in answer or " T1, " in row["messages"][-2]["content"], "aliases are those of the plan"
