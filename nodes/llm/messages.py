"""One question to a language model and its answer, whoever gives it: an endpoint, a recording, a test."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import Field

from nodes.llm.endpoint import Endpoint
from nodes.state import ModelCall, ReplyOutcome, Stage, Usage
from value_index.errors import TurnSQLError
from value_index.models import FrozenModel


class CompletionModel(FrozenModel):
    """A frozen part of a question or an answer; unknown fields are refused."""


class Message(CompletionModel):
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


class Sampling(CompletionModel):
    """How one of several answers is drawn."""

    temperature: float
    seed: int


class Prompt(CompletionModel):
    """What a node asks: the static part first, so that a server's prefix cache hits."""

    messages: tuple[Message, ...]
    name: str = "answer"
    """The name of the output, for endpoints that want one."""
    output: dict[str, Any] | None = None
    """JSON schema that the answer must fit; None for free text."""
    grammar: str | None = None
    """EBNF that the answer must fit; an endpoint that does not heed it gives no answer."""
    logprobs: bool = False
    """Whether the log probabilities of the first token are asked for, where the endpoint gives them."""
    sampling: Sampling | None = None
    """How the answer is drawn; as the endpoint says where None."""

    @property
    def characters(self) -> int:
        """Length of all messages."""
        return sum(len(message.content) for message in self.messages)

    def sha256(self, model: dict[str, Any], sample: int = 0) -> str:
        """Address the answer by everything that decides it.

        Args:
            model: what decides it beside the prompt (model, temperature, seed, ...), as JSON values.
            sample: which of several answers to the same prompt.
        """
        unset = {name for name in ("logprobs", "sampling") if not getattr(self, name)}  # recordings older than these
        content = {"prompt": self.model_dump(mode="json", exclude=unset), "model": model, "sample": sample}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


class Reply(CompletionModel):
    """An answer. A call that failed gives none: it raises EndpointError."""

    text: str
    """The answer without the model's reasoning."""
    outcome: ReplyOutcome = "complete"
    usage: Usage = Usage()
    first_token: dict[str, float] = Field(default_factory=dict[str, float])
    """Log probabilities of what the first token could have been, where they were asked for and given."""


class Completer(Protocol):
    """Whatever answers prompts."""

    @property
    def endpoint(self) -> Endpoint:
        """Who answers, and within which bounds."""
        ...

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt of a stage.

        Raises:
            EndpointError: there is no answer, which says nothing about the question.
        """
        ...


@dataclass(frozen=True)
class Metered:
    """A completer that notes what its answers took."""

    completer: Completer
    calls: list[ModelCall]

    @property
    def endpoint(self) -> Endpoint:
        """Who answers."""
        return self.completer.endpoint

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Answer a prompt; see Completer."""
        reply = await self.completer.complete(prompt, turn_id=turn_id, stage=stage)
        self.calls.append(ModelCall(outcome=reply.outcome, usage=reply.usage))
        return reply

    def misshapen(self) -> None:
        """Note that the latest answer, JSON as it is, is not what was asked for."""
        if self.calls and self.calls[-1].outcome == "complete":
            self.calls[-1] = self.calls[-1].model_copy(update={"outcome": "misshapen"})


class EndpointError(TurnSQLError):
    """A call that was not answered: the turn is not run, never wrong."""

    def __init__(self, message: str, *, fatal: bool = False, elsewhere: bool = False) -> None:
        super().__init__(message)
        self.elsewhere = elsewhere
        """Whether another server of the same model may answer."""
        self.fatal = fatal
        """Whether no other call will be answered either, so that a run should stop and be resumed later."""


def json_text(text: str) -> str:
    """Return the JSON object of an answer that may stand in a fence or between words.

    >>> json_text('Here it is:\\n```json\\n{"a": 1}\\n```\\nDone.')
    '{"a": 1}'
    """
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text
