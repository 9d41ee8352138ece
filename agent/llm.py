"""The language model of a configuration: an endpoint with its key, a recording, or none."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.config import ConfigError
from nodes.llm.capabilities import Capabilities, probe
from nodes.llm.endpoint import Endpoint
from nodes.llm.lora_check import AdapterEffect, adapter_effect
from nodes.llm.messages import Completer

if TYPE_CHECKING:
    from nodes.llm.client import LLM


@dataclass(frozen=True)
class CassetteOptions:
    """A file that keeps the answers of a language model."""

    path: Path
    replay: bool = False
    """Whether the cassette alone answers, and a prompt it lacks is an error."""
    batch_in: Path | None = None
    """Answers of a batch, in place of an endpoint."""
    batch_out: Path | None = None
    """New file for the requests of a batch, in place of an endpoint."""

    @property
    def is_offline(self) -> bool:
        """Whether no endpoint is asked."""
        return self.replay or self.is_batch

    @property
    def is_batch(self) -> bool:
        """Whether files of a batch stand for the endpoint."""
        return bool(self.batch_in or self.batch_out)


@asynccontextmanager
async def open_llm(
    endpoint: Endpoint | None, environment: Mapping[str, str], cassette: CassetteOptions | None = None
) -> AsyncGenerator[Completer | None]:
    """Open the endpoint of a configuration, behind its cassette where there is one; None if there is no endpoint.

    Raises:
        ConfigError: the environment holds no key where one is needed.
    """
    async with AsyncExitStack() as stack:
        if endpoint is None:
            yield None
            return
        live = (
            await stack.enter_async_context(_all(endpoint, environment))
            if not cassette or not cassette.is_offline
            else None
        )
        if cassette and cassette.is_batch:
            from nodes.llm.batch import Batch

            live = Batch(endpoint, answers=cassette.batch_in, requests=cassette.batch_out)
        if cassette is None:
            yield live
            return
        from nodes.llm.cassette import Cassette

        answers = Cassette(cassette.path, endpoint, source=live)
        stack.callback(answers.close)
        yield answers


def check_cassette(cassette: CassetteOptions) -> None:
    """Check, before anything is asked or written, that what stands for an endpoint can be read.

    Raises:
        TurnSQLError: A recording or a file of answers is absent or is none, or the file of requests is there already.
    """
    if cassette.replay:
        from nodes.llm.cassette import check_recording

        check_recording(cassette.path)
    if cassette.is_batch:
        from nodes.llm.batch import check_batch

        check_batch(cassette.batch_in, cassette.batch_out)


def read_key(endpoint: Endpoint, environment: Mapping[str, str]) -> str:
    """Return the endpoint's key; "" if it needs none.

    Raises:
        ConfigError: the environment does not hold it.
    """
    key = environment.get(endpoint.key_env, "").strip() if endpoint.key_env else ""
    if endpoint.key_env and not key:
        raise ConfigError(f"no key for {endpoint.base_url}: set the environment variable {endpoint.key_env}")
    return key


async def probe_endpoint(endpoint: Endpoint, environment: Mapping[str, str]) -> Capabilities:
    """Try what an endpoint can do."""
    async with _live(endpoint, environment) as llm:
        return await probe(llm)


async def served_model(endpoint: Endpoint, environment: Mapping[str, str]) -> dict[str, Any]:
    """Ask an endpoint what it serves under the model's name; {} if it does not say."""
    async with _live(endpoint, environment) as llm:
        return await llm.served()


async def check_adapter(endpoint: Endpoint, environment: Mapping[str, str]) -> AdapterEffect:
    """Try whether the endpoint's adapter does anything.

    Raises:
        ConfigError: it answers as its base does.
        EndpointError: there is no answer.
    """
    async with _live(endpoint, environment) as llm:
        effect = await adapter_effect(llm, endpoint.adapter_of)
    if effect.silent:
        raise ConfigError(
            f"{endpoint.base_url}: the adapter {endpoint.model!r} answers exactly as its base {endpoint.adapter_of!r}: the "
            "server ignores it or it was not trained; serve it again (turnsql serve --adapter), or name the base as model"
        )
    return effect


@asynccontextmanager
async def _all(endpoint: Endpoint, environment: Mapping[str, str]) -> AsyncGenerator[Completer]:
    """Open every server of an endpoint; several are asked by dialogue, each tried but twice before the next."""
    async with AsyncExitStack() as stack:
        if not endpoint.more_urls:
            yield await stack.enter_async_context(_live(endpoint, environment))
            return
        from nodes.llm.server_pool import ServerPool

        tries = {"more_urls": (), "max_retries": min(endpoint.max_retries, 1)}
        each = [endpoint.model_copy(update={**tries, "base_url": url}) for url in endpoint.servers]
        servers = [await stack.enter_async_context(_live(one, environment)) for one in each]
        yield ServerPool(servers, rounds=endpoint.max_retries + 1)


@asynccontextmanager
async def _live(endpoint: Endpoint, environment: Mapping[str, str]) -> AsyncGenerator[LLM]:
    from nodes.llm.client import LLM  # the openai package takes a quarter of a second to load

    llm = LLM(endpoint, key=read_key(endpoint, environment))
    try:
        yield llm
    finally:
        await llm.close()
