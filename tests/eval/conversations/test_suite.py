"""A suite's file and its run: what must hold, what the file gets wrong, and what the command says."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from eval.conversations.expectations import Answered, shortfall
from eval.conversations.run import write_data
from eval.conversations.suite_file import SuiteError, TurnSpec, read_suite, write_suite
from eval.datasets import load
from eval.demo.build import build
from eval.scoring.verdicts import Executions
from turnsql import app, main
from value_index.engines.sqlite.database import SQLiteDatabase


@pytest.fixture(scope="module")
def path() -> Path:
    return next(path for path in build() if path.stem == "air_network")


FRENCH = "SELECT name FROM airline WHERE country_code = 'FR'"
HAND_WRITTEN = """
thresholds: {all: 0.5}
dialogues:
- name: airlines
  turns:
  - ask: How many airlines are there?
    behaviour: count
    sql: SELECT count(*) FROM airline
    uses: airline
  - ask: How many airports are there?
    count: 1
- turns:
  - ask: What is their shoe size?
    fails: true
"""


@pytest.mark.parametrize(
    ("turn", "sql", "why"),
    [
        ({"sql": FRENCH}, "SELECT T.name FROM airline T WHERE T.country_code LIKE 'FR'", None),
        ({"sql": ["SELECT 1", FRENCH]}, FRENCH, None),
        ({"sql": FRENCH}, "SELECT name FROM airline", "other rows"),
        ({"sql": FRENCH}, "", "no SQL"),
        ({"sql": FRENCH}, "SELECT nothing FROM airline", "does not run"),
        ({"rows": [[1.0], [2]]}, "SELECT 2 UNION SELECT 1.0", None),
        ({"rows": [[1], [2]]}, "SELECT 2 UNION SELECT 3", "1 expected rows missing, 1 others"),
        ({"columns": ["Name"]}, FRENCH, None),
        ({"columns": ["founded"]}, FRENCH, "columns name"),
        ({"count": 1}, "SELECT 1", None),
        ({"count": 2}, "SELECT 1", "1 rows, expected 2"),
        ({"keeps": "FR"}, FRENCH, None),
        ({"keeps": ["FR", "BOS"]}, FRENCH, "forgotten: BOS"),
        ({"drops": "FR"}, FRENCH, "still in force: FR"),
        ({"uses": ["airline", "airline.country_code"]}, FRENCH, None),
        ({"uses": "route"}, FRENCH, "not read: route"),
        ({"fails": True}, "", None),
        ({"fails": True}, "SELECT name FROM airline WHERE 0", None),
        ({"fails": True}, FRENCH, "must not be answered"),
    ],
)
def test_what_must_hold(path: Path, turn: dict[str, object], sql: str, why: str | None) -> None:
    found = shortfall(
        TurnSpec.model_validate({"ask": "x", **turn}), Answered(sql, SQLiteDatabase.open(path), Executions())
    )
    assert (found is None) if why is None else (found is not None and why in found), found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dialogues:\n- turns:\n  - ask: x\n    sqll: SELECT 1\n", [":4", "unknown key 'sqll'"]),
        ("dialogues:\n- turns:\n  - ask: x\n", [":3", "say what must hold"]),
        ("dialogues:\n- turns:\n  - ask: x\n    fails: true\n    count: 1\n", [":3", "a turn that fails"]),
        ("dialogues:\n- turns:\n  - ask: x\n    count: many\n", [":4", "count"]),
        ("dialogues: []\n", [":1", "dialogues"]),
        ("dialogues:\n- turns:\n  - {ask: x, count: 1}\nthresholds: {groups: .5}\n", ["'groups'"]),
        ("a: b: c\n", [":1"]),
        ("dialogues:\n- turns:\n  - ask: x\n    sql: SELECT nothing FROM airline\n", [":4", "nothing"]),
        ("dialogues:\n- turns:\n  - ask: x\n    uses: [airlin]\n", [":4", "'airlin'"]),
        ("dialogues:\n- turns:\n  - ask: x\n    uses: airline.\n", [":4", "'airline.'"]),
        ("dialogues:\n- turns:\n  - ask: x\n    sql: SELECT abs(-9223372036854775808)\n", [":4", "overflow"]),
        ("dialogues:\n- turns:\n  - ask: x\n    count: 1\n    count: 2\n", [":5", "'count' stands twice"]),
        ("dialogues:\n- turns:\n  - ask: x\n    count: yes\n", [":4", "count: it must be a number"]),
        ("dialogues:\n- turns:\n  - ask: x\n    rows: [[1], [1, 2]]\n", [":3", "rows: all must have as many cells"]),
        ("dialogues:\n- turns:\n  - ask: x\n    rows: 3\n", [":4", "rows: it must be a list"]),
        ("dialogues:\n- turns:\n  - ask: ' '\n    count: 1\n", [":3", "a question is empty"]),
        ("dialogues:\n- turns:\n  - ask: 7\n    count: 1\n", [":3", "ask: it must be a text"]),
        ("dialogues:\n- turns:\n  - ask: x\n    fails: true\n    keeps: FR\n", [":3", "a turn that fails"]),
        (2 * "- name: a\n  turns:\n  - {ask: x, count: 1}\n", [":1", "a suite has `dialogues:`"]),
        ("dialogues:\n" + 2 * "- name: a\n  turns:\n  - {ask: x, count: 1}\n", [":1", "the name 'a'"]),
        ("database: shop\ndialogues:\n- turns:\n  - {ask: x, count: 1}\n", [":1", "the suite is of 'shop'"]),
        ("dialogues:\n\t- turns: []\n", [":2: ", "cannot start any token"]),
        ("dialogues:\n- turns: \x01\n", [":2", "no text"]),
        ("", [":1", "a suite has `dialogues:`"]),
    ],
)
def test_a_file_that_does_not_fit_is_one_line_and_writes_nothing(
    path: Path, tmp_path: Path, text: str, words: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "suite.yaml"
    file.write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    monkeypatch.setattr("sys.argv", ["turnsql", "suite", "run", str(file), "--db", str(path), "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert ended.value.code == 2 and len(said.splitlines()) == 1
    assert all(word in said for word in (str(file), *words)), said
    assert not out.exists()


def test_numbers_and_days_that_yaml_takes_for_such_are_values_of_conditions_and_rows(tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    turn = "{ask: x, keeps: 2005, drops: [2024-03-01, 1.5], rows: [[2024-03-01, yes]]}"
    file.write_text(f"dialogues:\n- turns:\n  - {turn}\n", encoding="utf-8")
    (read,) = read_suite(file).dialogues[0].turns
    assert read.keeps == ("2005",) and read.drops == ("2024-03-01", "1.5") and read.rows == (("2024-03-01", True),)


def test_a_suite_is_run_judged_and_compared_with_an_earlier_run(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text(HAND_WRITTEN, encoding="utf-8")
    first, second = tmp_path / "first", tmp_path / "second"
    xml = tmp_path / "junit.xml"
    words = ["suite", "run", str(file), "--db", str(path), "--history", "gold", "--json"]
    shown = CliRunner().invoke(app, [*words, "--out", str(first), "--junit", str(xml)])
    result = json.loads(shown.stdout)
    right = [turn["right"] for turn in result["turns"]]
    assert right[:2] == [True, True], result["turns"]
    assert [rate["behaviour"] for rate in result["rates"]] == ["all", "count"]
    assert shown.exit_code == 0
    cases = ElementTree.parse(xml).getroot().findall(".//testcase")
    assert len(cases) == 3 and sum(case.find("failure") is not None for case in cases) == right.count(False)
    again = json.loads(CliRunner().invoke(app, [*words, "--out", str(second), "--against", str(first)]).stdout)
    assert (again["rates"][0]["fixed"], again["rates"][0]["broken"]) == (0, 0)
    assert CliRunner().invoke(app, ["eval", "score", str(first)]).exit_code == 0


def test_below_a_threshold_the_command_exits_with_1(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text(
        "thresholds: {all: 1.0}\ndialogues:\n- turns:\n  - {ask: 'How many airlines are there?', count: 99}\n"
    )
    shown = CliRunner().invoke(app, ["suite", "run", str(file), "--db", str(path), "--out", str(tmp_path / "run")])
    assert shown.exit_code == 1 and "all is below its threshold" in shown.stderr


def test_several_tries_give_pass_at_k(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "suite.yaml"
    file.write_text("dialogues:\n- turns:\n  - {ask: 'How many airlines are there?', count: 1}\n")
    words = ["suite", "run", str(file), "--db", str(path), "--repeat", "2", "--json", "--out", str(tmp_path / "run")]
    result = json.loads(CliRunner().invoke(app, words).stdout)
    assert (result["repeat"], result["pass_any"], result["pass_all"]) == (2, 1.0, 1.0)


def test_what_is_written_is_read_again_and_nothing_is_overwritten(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "made.yaml"
    words = ["suite", "make", "--db", str(path), "--turns", "12", "--out", str(file)]
    assert CliRunner().invoke(app, words).exit_code == 0
    suite = read_suite(file)
    write_suite(suite, tmp_path / "again.yaml")
    assert (tmp_path / "again.yaml").read_text() == file.read_text()
    shown = CliRunner().invoke(app, words)
    assert isinstance(shown.exception, SuiteError)


def test_a_wrong_turn_is_blamed_on_a_stage_and_the_report_has_a_page(path: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "suite.yaml", tmp_path / "run"
    file.write_text(
        "dialogues:\n- turns:\n  - ask: Frobnicate the airlines.\n    behaviour: odd\n"
        "    sql: SELECT name FROM airline WHERE country_code = 'FR'\n"
    )
    words = ["suite", "run", str(file), "--db", str(path), "--blame", "--json", "--out", str(out)]
    result = json.loads(CliRunner().invoke(app, words).stdout)
    (turn,) = result["turns"]
    assert turn["right"] is False and turn["stage"] and result["mode_rates"], turn
    assert CliRunner().invoke(app, ["eval", "report", str(out), "--out", str(tmp_path / "page")]).exit_code == 0
    page = (tmp_path / "page" / "report.html").read_text()
    assert "Stage to blame, by behaviour" in page and "Right turns by behaviour" in page
    blamed = CliRunner().invoke(app, ["eval", "attribute", str(out)])
    assert blamed.exit_code == 0 and "1 wrong turn" in " ".join(blamed.stdout.split()), blamed.output
    again = [
        "eval",
        "run",
        "--data",
        str(out),
        "--out",
        str(tmp_path / "again"),
        "--history",
        "predicted",
        "--no-alone",
    ]
    assert CliRunner().invoke(app, again).exit_code == 0, "the run of a suite is a data folder"
    assert CliRunner().invoke(app, ["eval", "compare", str(out), str(tmp_path / "again"), "--identical"]).exit_code == 0


def test_a_suite_over_data_files_is_made_and_laid_out_as_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    names = ("Ann", "Bo", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hal")
    rows = "".join(f"{n},{name},{('Berlin', 'Lyon')[n % 2]},{20 + 3 * n}\n" for n, name in enumerate(names, start=1))
    Path("people.csv").write_text(f"id,name,city,age\n{rows}")
    made = CliRunner().invoke(app, ["suite", "make", "--db", "people.csv", "--out", "s.yaml", "--turns", "4"])
    assert made.exit_code == 0, made.output
    data = load("cosql", write_data(read_suite(Path("s.yaml")), ["people.csv"], tmp_path / "data"), "dev")
    monkeypatch.chdir("/")
    data.open_databases()
    database = data.open_database("people")
    assert database.schema.dialect == "duckdb" and data.database_paths == database.files
    assert database.execute("SELECT count(*) FROM people").rows == ((8,),)
    data.close()
