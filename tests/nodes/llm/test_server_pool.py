"""Several servers of one model: a dialogue stays with its own, a server that dies is left and one that comes back is used."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import ValidationError

from eval.analysis.costs import cost_lines, run_cost
from eval.analysis.identity import identity
from eval.demo.build import build
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import EndpointError, Message, Prompt, Reply
from nodes.llm.server_pool import REST, ServerPool
from nodes.state import Stage
from tests.fake_endpoint import fake_endpoint, said

PROMPT = Prompt(messages=(Message(role="user", content="?"),), name="q")
URLS = ("http://a/v1", "http://b/v1", "http://c/v1")


class Server:
    """A completer that notes whose turns it answers, while it is up."""

    def __init__(self, url: str) -> None:
        self.endpoint = Endpoint(base_url=url, model="m")
        self.is_up = True
        self.tries = 0
        self.answered: list[str] = []

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        self.tries += 1
        if not self.is_up:
            raise EndpointError("cannot reach it", fatal=True, elsewhere=True)
        self.answered.append(turn_id)
        return Reply(text="SELECT 1")


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def pool_of(*servers: Server, clock: Clock | None = None, rounds: int = 2) -> ServerPool:
    return ServerPool(servers, rounds=rounds, clock=clock or Clock(), pause=0.0)


def ask(pool: ServerPool, *turns: str) -> list[str]:
    async def asked() -> list[str]:
        replies = [await pool.complete(PROMPT, turn_id=turn, stage="sql_generation") for turn in turns]
        return [reply.usage.server for reply in replies]

    return asyncio.run(asked())


def test_a_dialogue_stays_with_its_server() -> None:
    servers = [Server(url) for url in URLS]
    assert ask(pool_of(*servers), "0/0", "1/0", "2/0", "0/1", "3/0", "1/1") == [
        URLS[0], URLS[1], URLS[2], URLS[0], URLS[0], URLS[1],
    ]  # fmt: skip


def test_a_server_that_dies_is_left_and_used_again_when_it_is_back() -> None:
    servers, clock = [Server(url) for url in URLS], Clock()
    pool = pool_of(*servers, clock=clock)
    servers[0].is_up = False
    assert ask(pool, "0/0", "0/1", "3/0") == [URLS[1]] * 3 and servers[0].tries == 1, "left alone after one try"
    clock.now = REST + 1
    assert ask(pool, "0/2", "0/3") == [URLS[1]] * 2 and servers[0].tries == 2
    servers[0].is_up, clock.now = True, 2 * REST + 2
    assert ask(pool, "0/4", "0/5") == [URLS[0]] * 2


def test_without_a_server_the_run_ends_and_a_refused_prompt_is_not_asked_again() -> None:
    servers = [Server(url) for url in URLS[:2]]
    for server in servers:
        server.is_up = False
    with pytest.raises(EndpointError, match="none of 2 servers answers") as ended:
        ask(pool_of(*servers), "0/0")
    assert ended.value.fatal and [server.tries for server in servers] == [2, 2]


@pytest.mark.parametrize(
    "urls", [["http://a/v1", "http://a/v1"], ["http://a/v1", "b"], ["http://a/v1", "http://u:p@b/v1"]]
)
def test_a_list_of_servers_is_checked(urls: list[str]) -> None:
    with pytest.raises(ValidationError):
        Endpoint.model_validate({"base_url": urls, "model": "m"})


def test_a_run_over_two_servers_writes_the_records_of_one(tmp_path: Path) -> None:
    demo, config = build()[0].parents[2], tmp_path / "model.toml"
    nodes = Path("configs/lexical.toml").read_text().replace('variant = "compiler"', 'variant = "llm"')
    runs = [tmp_path / "one", tmp_path / "two", tmp_path / "half dead"]
    with fake_endpoint(lambda body: said("SELECT 1")) as one, fake_endpoint(lambda body: said("SELECT 1")) as two:
        lists = ([one.base_url], [one.base_url, two.base_url], ["http://127.0.0.1:9/v1", two.base_url])
        for folder, urls in zip(runs, lists, strict=True):
            config.write_text(f'{nodes}\n[endpoint]\nbase_url = {urls}\nmodel = "m"\n'.replace("'", '"'))
            counts = run(RunOptions(data=demo, out=folder, config=config, dialogues="0:4", concurrency=4))
            assert counts.not_run == 0 and not identity(runs[0], folder).differing
    costs = run_cost(runs[1])
    assert set(costs.total.servers) == {one.base_url, two.base_url} and sum(costs.total.servers.values()) == costs.turns
    assert any(one.base_url in line for line in cost_lines(costs))
    assert set(run_cost(runs[2]).total.servers) == {two.base_url}
