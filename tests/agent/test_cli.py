"""`turnsql ask` and `turnsql chat` as an analyst meets them: processes, pipes and a kill."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from eval.demo.build import DEMO_DATA, build
from tests.agent.conftest import ROOT
from turnsql import main

SIX_TURNS = (
    "Which airlines fly to Boston?",
    "Only show the ones from France.",
    "Also show when each was founded.",
    "How many departures were cancelled?",
    "Break that down by airline.",
    "Only the airlines with more than one.",
)


@pytest.fixture(scope="session")
def air_network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(DEMO_DATA / "air_network.sql", folder)
    (database,) = build(folder)
    return database


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def refusal(self) -> str:
        """The one line of a refusal."""
        assert self.code == 2, self.out + self.err
        assert self.out == "" and self.err.count("\n") == 1
        return self.err.strip()


Turnsql = Callable[..., Done]


@pytest.fixture
def turnsql(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Turnsql:
    """Run the command in this process, with lines on its standard input."""

    def run(*words: str | Path, lines: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["turnsql", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    return run


class Talk:
    """A chat in a process of its own, spoken to through pipes."""

    def __init__(self, database: Path, store: Path) -> None:
        words = ["chat", "--db", str(database), "--store", str(store), "--thread", "six"]
        command = [sys.executable, "-m", "turnsql", *words]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting = self.heard()

    def heard(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def say(self, line: str) -> str:
        """Say a line; return what is printed up to the answer of the next command."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n/help\n")
        self.process.stdin.flush()
        heard: list[str] = []
        while not heard or not heard[-1].startswith("/quit"):
            heard.append(self.heard())
            assert heard[-1], "the chat ended"
        return "".join(heard).partition("> /help\n")[0]

    def end(self, sign: signal.Signals | None = None) -> int:
        if sign:
            os.kill(self.process.pid, sign)
        self.process.communicate(None if sign else "/quit\n", timeout=60)
        return self.process.returncode


def test_six_turns_killed_and_continued(air_network: Path, tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    talk = Talk(air_network, store)
    assert "0 turns so far" in talk.greeting
    for question in SIX_TURNS[:3]:
        told = talk.say(question)
        assert told.startswith(f"> {question}\n") and "SELECT" in told
    told = talk.say("/history")
    assert talk.end(signal.SIGKILL) == -signal.SIGKILL

    talk = Talk(air_network, store)
    assert "3 turns so far" in talk.greeting
    assert talk.say("/history") == told
    for question in SIX_TURNS[3:]:
        talk.say(question)
    told_again = talk.say("/history")
    assert told_again.startswith(told)
    for number, question in enumerate(SIX_TURNS, start=1):
        assert f"{number}. {question}" in told_again
    assert talk.end() == 0


def test_a_bad_line_costs_a_line_and_undo_takes_a_turn_back(
    turnsql: Turnsql, air_network: Path, tmp_path: Path
) -> None:
    lines = f"\n   \n{'x' * 100_000}\n/nothing\n/sql\nhow many airlines?\n/undo\n/history\n/quit\n"
    done = turnsql("chat", "--db", air_network, "--store", tmp_path / "s.sqlite", lines=lines)
    assert done.code == 0, done.err
    assert "the question has 100,000 characters; at most 10,000" in " ".join(done.out.split())
    assert "no command '/nothing'" in done.out
    assert done.out.count("nothing was asked yet") == 2
    assert "forgotten; 0 questions kept" in done.out


@pytest.mark.parametrize("leave", [None, b"\x04", b"/quit\n"], ids=["Ctrl-C", "Ctrl-D", "/quit"])
def test_a_terminal_has_a_prompt_and_is_left_in_three_ways(
    leave: bytes | None, air_network: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "turnsql", "chat", "--db", str(air_network), "--store", str(tmp_path / "s.sqlite")]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        while not seen.endswith(b"> "):
            seen += os.read(ours, 1024)
        if leave:
            os.write(ours, leave)
        try:
            assert _ended(process, interrupt=not leave) == 0
        finally:
            process.kill()
    os.close(ours)


def _ended(process: subprocess.Popen[bytes], *, interrupt: bool) -> int:
    """Wait for the end; interrupt as a person does, again where nothing happens.

    CPython loses an interrupt that comes after it has written the prompt and before it reads.
    """
    for _ in range(6):
        if interrupt:
            process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=10)
    raise AssertionError("the chat goes on")


def test_the_end_of_the_input_ends_the_chat(turnsql: Turnsql, air_network: Path, tmp_path: Path) -> None:
    assert turnsql("chat", "--db", air_network, "--store", tmp_path / "s.sqlite").code == 0


def test_ask_json_has_the_promised_keys(turnsql: Turnsql, air_network: Path, tmp_path: Path) -> None:
    history = tmp_path / "history.json"
    history.write_text('[{"utterance": "How many airlines?", "sql": "SELECT count(*) FROM airline", "more": 1}]')
    done = turnsql("ask", "--db", air_network, "--history", history, "--json", "And in France?")
    answer = json.loads(done.out)
    assert {"sql", "columns", "rows", "violations", "confidence", "stages"} <= answer.keys()
    assert list(answer["stages"]) == [
        "dialogue_state_tracking", "schema_linking", "value_grounding", "plan_emission", "sql_generation",
        "schema_validation",
    ]  # fmt: skip
    assert all(stage.keys() == {"variant", "output", "ms"} for stage in answer["stages"].values())
    assert done.code == (0 if answer["sql"] else 1)


def test_an_order_to_change_data_gets_one_line_and_no_rows(turnsql: Turnsql, air_network: Path, tmp_path: Path) -> None:
    done = turnsql("ask", "--db", air_network, "Delete all airlines from France")
    assert done.code == 1 and done.out.count("\n") == 1 and "only reads" in done.out
    answer = json.loads(turnsql("ask", "--db", air_network, "--json", "Thank you!").out)
    assert (answer["outcome"], answer["no_question"], answer["rows"]) == ("no_question", "small_talk", [])
    talk = turnsql("chat", "--db", air_network, "--store", tmp_path / "s.sqlite", lines="hello\n/sql\n")
    assert "this is no question about the database, which holds" in talk.out and "SELECT" not in talk.out


def test_ask_explains_every_stage(turnsql: Turnsql, air_network: Path) -> None:
    config = ROOT / "configs" / "skip.toml"
    done = turnsql("ask", "--db", air_network, "--explain", "--config", config, "Which airlines fly to Boston?")
    assert done.code == 1
    for words in ("dialogue_state_tracking (skip", "question: Which airlines", "tables: ", "no values", "(empty)"):
        assert words in done.out
    assert "No SQL was written" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--db", "DB", ""], "the question is empty"),
        (["--db", "DB", " \t "], "the question is empty"),
        (["--db", "DB", "x" * 100_000], "the question has 100,000 characters; at most 10,000"),
        (["--db", "nosuch://user@host/base", "q"], "nosuch"),
        (["--db", "absent.sqlite", "q"], "absent.sqlite"),
        (["--db", "README.md", "q"], "README.md"),
        (["--db", "DB", "--config", "absent.toml", "q"], "absent.toml: cannot read"),
        (["--db", "DB", "--node", "schema_linking=nope", "q"], "no variant 'nope'; allowed: "),
        (["--db", "DB", "--history", "absent.json", "q"], "cannot read the history 'absent.json'"),
        (["--db", "DB", "--history", "pyproject.toml", "q"], "the history 'pyproject.toml' is not"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(turnsql: Turnsql, words: list[str], said: str, air_network: Path) -> None:
    done = turnsql("ask", *(str(air_network) if word == "DB" else word for word in words))
    assert said in done.refusal


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"utterance": "u", "sql": "s"}', "valid array"),
        ('[{"utterance": "u"}]', "0.sql: Field required"),
        ('[{"utterance": 3, "sql": "s"}]', "0.utterance"),
        ("", "EOF"),
    ],
)
def test_a_history_of_another_shape(
    turnsql: Turnsql, content: str, said: str, air_network: Path, tmp_path: Path
) -> None:
    history = tmp_path / "history.json"
    history.write_text(content)
    assert said in turnsql("ask", "--db", air_network, "--history", history, "q").refusal


def test_a_thread_stays_with_its_database(
    turnsql: Turnsql, air_network: Path, database_file: Path, tmp_path: Path
) -> None:
    place = ["--store", tmp_path / "s.sqlite", "--thread", "t"]
    assert turnsql("chat", "--db", air_network, *place, lines="how many?\n").code == 0
    assert "is a conversation over" in turnsql("chat", "--db", database_file, *place).refusal


@pytest.mark.parametrize(
    ("script", "question"),
    [
        ('CREATE TABLE "order" ("select" TEXT, "größe 名前" TEXT, "a""b" INTEGER)', "how many orders?"),
        (
            "".join(f"CREATE TABLE t{n} (id INTEGER PRIMARY KEY, name TEXT);" for n in range(2000)),
            "list the names of t7",
        ),
    ],
    ids=["odd names", "2,000 tables"],
)
def test_ask_over_an_unusual_database(script: str, question: str, turnsql: Turnsql, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "odd.sqlite") as connection:
        connection.executescript(script)
    connection.close()
    done = turnsql("ask", "--db", tmp_path / "odd.sqlite", "--json", question)
    assert done.code == 0, done.err
    assert json.loads(done.out)["outcome"] == "rows"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "not a SQLite database"), (b"SQLite format 3\0" + b"\1" * 5000, "not a SQLite database")],
    ids=["empty", "corrupt"],
)
def test_ask_over_what_is_no_database(content: bytes, said: str, turnsql: Turnsql, tmp_path: Path) -> None:
    path = tmp_path / "bad.sqlite"
    path.write_bytes(content)
    assert said in turnsql("ask", "--db", path, "q").refusal
    assert path.read_bytes() == content


def test_conversations_are_kept_in_the_users_data_folder(
    turnsql: Turnsql, air_network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert turnsql("chat", "--db", air_network, lines="hello\n").code == 0
    assert (tmp_path / "turnsql" / "conversations.sqlite").is_file()


def _refuse_constant(word: str) -> None:
    raise AssertionError(f"{word} is no JSON")


@pytest.mark.parametrize(
    "question",
    [
        "\u200b", "\ufeff", "\u00ad", "\x01\x02", "\u0301", "\ufffd", "\ue000", "9" * 5000, ",".join(["123"] * 2000),
        "0." + "9" * 5000, "airlines with id \u0663", "airlines with id 1,23", "airlines with id \u00b2",
    ],
    ids=ascii,
)  # fmt: skip
@pytest.mark.parametrize("config", ["default", "lexical"])
def test_a_question_of_odd_characters_is_answered(
    turnsql: Turnsql, air_network: Path, question: str, config: str
) -> None:
    done = turnsql("ask", "--db", air_network, "--json", "--config", ROOT / "configs" / f"{config}.toml", question)
    answer = json.loads(done.out, parse_constant=_refuse_constant)
    assert answer["confidence"] is None or 0 <= answer["confidence"] <= 1


def test_a_chat_goes_on_after_odd_characters(turnsql: Turnsql, air_network: Path, tmp_path: Path) -> None:
    lines = "\ufffd\n\u0301\n" + "9" * 5000 + "\nHow many airlines are there?\n/history\n"
    done = turnsql("chat", "--db", air_network, "--store", tmp_path / "s.sqlite", lines=lines)
    assert done.code == 0 and "2. How many airlines are there?" in done.out


def test_a_flag_without_word_pieces_changes_nothing_else(turnsql: Turnsql, air_network: Path, tmp_path: Path) -> None:
    odd = tmp_path / "air_network.sqlite"
    odd.write_bytes(air_network.read_bytes())
    with sqlite3.connect(odd) as connection:
        connection.executescript(
            "CREATE TABLE flag (id INTEGER, mark TEXT); INSERT INTO flag VALUES (1, '\u200b'), (2, 'Y')"
        )
    connection.close()
    plain, marked = (
        json.loads(turnsql("ask", "--db", file, "--json", "Which airlines are from France?").out)
        for file in (air_network, odd)
    )
    assert marked["sql"] == plain["sql"] and marked["confidence"] == pytest.approx(plain["confidence"], abs=0.2)


ESC = "\x1b]52;c;eA==\x1b\\"


def test_no_command_hands_control_characters_to_the_terminal(turnsql: Turnsql, tmp_path: Path) -> None:
    file = tmp_path / "odd.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute(f'CREATE TABLE "country{ESC}" (name TEXT, "co\x9bde" TEXT)')
        connection.execute(f'INSERT INTO "country{ESC}" VALUES (?, ?)', (f"France{ESC}", "F\x9b"))
    connection.close()
    table = f'"country{ESC}"'
    done = [
        turnsql("ask", "--db", file, "--explain", "How many countries are called France?"),
        turnsql("ask", "--db", file, "--json", "How many countries are called France?"),
        turnsql("plan", "--db", file, f"SELECT name FROM {table}"),
        turnsql("plan", "--db", file, "--json", f"SELECT name FROM {table}"),
        turnsql("sql", "--db", file, f"SELECT name, nope FROM {table}"),
        turnsql("sql", "--db", file, "--json", f"SELECT * FROM {table}"),
        turnsql("ask", "--db", file, "--config", f"no{ESC}.toml", "x"),
        turnsql("index", "lookup", "--db", file, "--index-dir", tmp_path / "i", "--json", "France"),
        turnsql("chat", "--db", file, "--store", tmp_path / "s", "--thread", f"t{ESC}",
                lines=f"Countries called France{ESC}?\n/sql\n/history\n/explain\n/no{ESC}\n"),
    ]  # fmt: skip
    for each in done:
        assert "\x1b" not in each.out + each.err and "\x9b" not in each.out + each.err


def test_a_full_disk_is_one_line(turnsql: Turnsql, air_network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise OSError(28, "No space left on device", "runs/x")

    monkeypatch.setattr("agent.answer.check_question", full)
    assert "No space left on device 'runs/x'" in turnsql("ask", "--db", air_network, "q").refusal
