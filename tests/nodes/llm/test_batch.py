"""Batches: what would be asked is written into a file, and what was answered is read from one, a wave a stage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.analysis.identity import identity
from eval.demo.build import build
from tests.fake_endpoint import fake_endpoint, said
from turnsql import app


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    nodes = Path("configs/lexical.toml").read_text().replace('variant = "compiler"', 'variant = "llm"')
    (tmp_path / "m.toml").write_text(f'{nodes}\n[endpoint]\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n')
    demo = str(build()[0].parents[2])
    return ["eval", "run", "--data", demo, "--dialogues", "0:2", "--no-alone", "--config", str(tmp_path / "m.toml")]


def answered(requests: Path, *, but: int = 0) -> list[dict[str, Any]]:
    """Answer a file of requests as a service does, in another order; the last few not at all."""
    lines = [json.loads(line) for line in requests.read_text().splitlines()]
    body = json.loads(said("SELECT 1").body)
    good = [
        {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}
        for line in lines[: len(lines) - but]
    ]
    bad = [
        {"custom_id": line["custom_id"], "response": None, "error": {"code": "expired"}} for line in lines[len(good) :]
    ]
    return [*reversed(good), *bad]


def test_waves_end_in_the_records_that_the_endpoint_gives(words: list[str], tmp_path: Path) -> None:
    out, kept = tmp_path / "run", str(tmp_path / "kept.db")
    first = [*words, "--out", str(out), "--record", kept, "--batch-out", str(tmp_path / "1.jsonl")]
    done = CliRunner().invoke(app, first)
    assert done.exit_code == 0 and "requests; have them answered" in done.stdout, done.output
    request = json.loads((tmp_path / "1.jsonl").read_text().splitlines()[0])
    assert request["method"] == "POST" and request["url"] == "/v1/chat/completions" and request["body"]["model"] == "m"
    for wave, but in ((1, 2), (2, 0)):
        answers = tmp_path / f"answers-{wave}.jsonl"
        answers.write_text("".join(json.dumps(line) + "\n" for line in answered(tmp_path / f"{wave}.jsonl", but=but)))
        more = ["--resume", "--batch-in", str(answers), "--batch-out", str(tmp_path / f"{wave + 1}.jsonl")]
        done = CliRunner().invoke(app, [*words, "--out", str(out), "--record", kept, *more])
        assert done.exit_code == 0, done.output
    assert (tmp_path / "3.jsonl").read_text() == "", "what the first wave left was asked again, and answered"
    with fake_endpoint(lambda body: said("SELECT 1")) as server:
        live = Path(words[-1]).read_text().replace("http://127.0.0.1:9/v1", server.base_url)
        (tmp_path / "live.toml").write_text(live)
        asked = [*words[:-1], str(tmp_path / "live.toml"), "--out", str(tmp_path / "live")]
        assert CliRunner().invoke(app, asked).exit_code == 0
    assert not identity(tmp_path / "live", out).differing


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["--batch-out", "r.jsonl"], "--record"),
        (["--batch-out", "r.jsonl", "--record", "k.db", "--workers", "2"], "one worker"),
        (["--batch-out", "r.jsonl", "--record", "k.db", "--history", "predicted"], "--history gold"),
        (["--batch-in", "none.jsonl", "--record", "k.db"], "cannot read none.jsonl"),
        (["--batch-in", "m.toml", "--record", "k.db"], "a JSON object a line"),
        (["--batch-out", "m.toml", "--record", "k.db"], "m.toml is there already"),
    ],
)
def test_what_is_no_batch_is_one_line(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*words, "--out", "out", *given])
    assert done.exit_code and problem in " ".join(f"{done.exception} {done.output}".replace("│", " ").split()), (
        done.output
    )
    assert not (tmp_path / "out").exists()
