"""`turnsql bench endpoint --config F`: what a server's prefix cache is worth to prompts that put the static part first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from agent.llm import open_llm
from eval.datasets import load
from eval.demo.build import DEMO_DATA, build
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Completer, Message, Prompt
from nodes.prompts.sql_prompt import INSTRUCTION
from nodes.prompts.turn_texts import system

PROMPTS = 24
"""The prompts of each order, each with a question of its own over one schema."""
ANSWER_TOKENS = 4
"""The prompt is measured, not the answer."""


@dataclass(frozen=True)
class PrefixOrder:
    """Prompts in one order, asked one after the other."""

    seconds: float
    """All of them."""
    cached: float
    """The share of prompt tokens that the server read from its cache."""


@dataclass(frozen=True)
class PrefixCost:
    """The same prompts in two orders."""

    first: PrefixOrder
    """Instruction and schema first, as the nodes write them."""
    last: PrefixOrder
    """The question first."""

    @property
    def ratio(self) -> float:
        """Time with the static part first over time with it last."""
        return self.first.seconds / self.last.seconds


def prefix_cost(endpoint: Endpoint, environment: Mapping[str, str]) -> PrefixCost:
    """Ask a live endpoint.

    Raises:
        EndpointError: there is no answer.
    """
    build()
    short = endpoint.model_copy(update={"max_tokens": ANSWER_TOKENS})
    return asyncio.run(_measure(short, environment))


async def _measure(endpoint: Endpoint, environment: Mapping[str, str]) -> PrefixCost:
    first, last = prompts()
    async with open_llm(endpoint, environment) as llm:
        assert llm
        await _ask(llm, Prompt(messages=(Message(role="user", content="Hello."),)))  # the first call warms up
        return PrefixCost(last=await _order(llm, last), first=await _order(llm, first))


def prompts() -> tuple[list[Prompt], list[Prompt]]:
    """Return the demo's questions over one of its databases: static part first, and last."""
    dataset = load("cosql", DEMO_DATA, "dev")
    name = dataset.dialogues[0].database_id
    questions = [turn.utterance for dialogue in dataset.dialogues for turn in dialogue.turns][:PROMPTS]
    static = system(INSTRUCTION, dataset.open_database(name).schema)
    dataset.close()
    asked = [Message(role="user", content=f"Question: {question}") for question in questions]
    return (
        [Prompt(messages=(static, question)) for question in asked],
        [Prompt(messages=(Message(role="system", content=q.content), Message(role="user", content=static.content))) for q in asked],
    )  # fmt: skip


async def _order(llm: Completer, asked: list[Prompt]) -> PrefixOrder:
    start = perf_counter()
    usages = [await _ask(llm, prompt) for prompt in asked]
    seconds = perf_counter() - start
    return PrefixOrder(seconds, sum(cached for cached, _ in usages) / max(1, sum(tokens for _, tokens in usages)))


async def _ask(llm: Completer, prompt: Prompt) -> tuple[int, int]:
    usage = (await llm.complete(prompt, turn_id="bench", stage="sql_generation")).usage
    return usage.cached_tokens, usage.prompt_tokens
