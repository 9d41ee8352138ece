"""The `[endpoint]` table of a configuration: the server of a language model, and how it is asked."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, field_validator, model_validator

from nodes.state import Usage
from value_index.models import FrozenModel

StructuredOutput = Literal["json_schema", "structured_outputs", "json_object", "none"]
GrammarField = Literal["structured_outputs", "grammar", "ebnf"]
"""The name that vLLM, llama.cpp and SGLang give it."""
FALLBACKS: tuple[StructuredOutput, ...] = ("json_schema", "structured_outputs", "json_object", "none")
"""Ways to ask for JSON, best first; an endpoint that refuses one is asked in the next."""

_Own = BeforeValidator(lambda value: None if value == "default" else value)
"""The word of a file for what TOML has no null for: the parameter is not sent, and the model's own value stands."""

CHARACTERS_PER_TOKEN = 3.0
"""The characters a token of prompts with schemas and SQL: fewer than in English, so that the estimate errs on the safe
side."""


_SECRET = re.compile(
    r"key\Z|\A(?:\w*(?:api|access|auth|session|refresh)[_-]?)?token\Z|secret|passw|\Aauth|credential|bearer|cookie",
    re.I,
)


def _masked(value: Any) -> Any:
    """Hide what is named like a secret: what decides an answer is written into every run."""
    if isinstance(value, dict):
        return {name: "***" if _SECRET.search(str(name)) and each else _masked(each) for name, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


class Prices(FrozenModel):
    """Money per million tokens."""

    prompt: float = Field(ge=0)
    cached: float = Field(ge=0)
    completion: float = Field(ge=0)
    currency: str = "USD"
    read_on: date
    """The day the prices were read."""

    def price(self, usage: Usage) -> float:
        """Return what an answer cost."""
        fresh = usage.prompt_tokens - usage.cached_tokens
        tokens = fresh * self.prompt + usage.cached_tokens * self.cached + usage.completion_tokens * self.completion
        return tokens / 1e6


class Endpoint(FrozenModel):
    """An OpenAI-compatible server and one of its models."""

    base_url: str
    """The address up to and with `/v1`; a file may list several servers of the model."""
    more_urls: tuple[str, ...] = ()
    """The servers after the first, where `base_url` lists several."""
    model: str
    adapter_of: str = ""
    """The base model, as the server names it, that `model` is a LoRA adapter of; a run stops where they answer alike."""
    key_env: str = ""
    """Name of the environment variable that holds the key; "" if none is needed. The key itself is never kept."""
    temperature: Annotated[float | None, _Own] = Field(default=0.0, ge=0)
    """`"default"` where the model refuses one."""
    seed: Annotated[int | None, _Own] = 0
    """`"default"` where the model refuses one."""
    max_tokens: int = Field(default=1024, ge=1)
    """The most tokens of an answer, reasoning included."""
    token_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the endpoint calls that bound."""
    context_tokens: int = Field(default=32_768, ge=512)
    """Prompt and answer together."""
    reasoning_effort: str | None = None
    thinking: bool | None = None
    """Switches a model's reasoning through `chat_template_kwargs`; None leaves it to the server."""
    structured: StructuredOutput = "json_schema"
    """How JSON is asked for first; refused ways fall back to the next."""
    all_fields: bool = False
    """Whether a JSON schema must require every field and is sent as strict, as OpenAI wants it."""
    grammar: GrammarField = "structured_outputs"
    """What the endpoint calls an EBNF grammar, where a node makes one."""
    extra_body: dict[str, Any] = Field(default_factory=dict[str, Any])
    """Sent with every request as it stands."""
    timeout: float = Field(default=120.0, gt=0)
    """Seconds that a request may take as a whole, its body with it; a try that failed is no part of the next."""
    max_retries: int = Field(default=6, ge=0, le=20)
    """How often one request is tried again, on 408, 409, 429, 5xx, a broken connection and a malformed answer."""
    prices: Prices | None = None

    @model_validator(mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        """Read a list of addresses as one and the servers after it."""
        urls = cast("dict[str, Any]", value).get("base_url") if isinstance(value, dict) else None
        if not isinstance(urls, list | tuple) or not urls:
            return value
        first, *more = cast("list[Any]", urls)
        if len(set(map(str, urls))) < len(urls):
            raise ValueError("base_url names a server twice")
        return {**cast("dict[str, Any]", value), "base_url": first, "more_urls": more}

    @property
    def servers(self) -> tuple[str, ...]:
        """The addresses of all servers."""
        return (self.base_url, *self.more_urls)

    @field_validator("more_urls")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse a list with what is no address."""
        return tuple(cls._an_address(each) for each in value)

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        """Refuse what is no address, or holds a password, which would be written into every record of a run."""
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable, parts = False, urlsplit("")
        if not usable:
            raise ValueError("must be an address like http://localhost:8000/v1")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must hold no user and password: name the variable that holds the key in key_env")
        return value

    def decisive(self) -> dict[str, Any]:
        """Return what decides an answer, as JSON values: not where the server stands, what it costs, how long to wait."""
        where = {"base_url", "more_urls", "key_env", "timeout", "max_retries", "prices", "grammar", "adapter_of"}
        return {**self.model_dump(mode="json", exclude=where), "extra_body": _masked(self.extra_body)}

    def prompt_characters(self) -> int:
        """Return how long a prompt may be so that prompt and answer fit the context."""
        return int((self.context_tokens - self.max_tokens) * CHARACTERS_PER_TOKEN)
