from __future__ import annotations

import socket
from pathlib import Path

import pytest

from agent.web.security import is_loopback
from agent.web.server import TOKEN_VARIABLE, WebError, WebOptions, access_of, greeting, listening


def options(**more: object) -> WebOptions:
    return WebOptions(store=Path("x"), **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)


def test_this_machine_needs_no_token_and_any_other_does() -> None:
    assert access_of(options()).token is None
    made = access_of(options(host="0.0.0.0"))
    assert made.token and len(made.token) >= 43 and made.any_number
    assert made.token != access_of(options(host="0.0.0.0")).token
    assert made.token in greeting(options(host="0.0.0.0"), made, 8800)[0]


def test_a_token_that_was_given_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "a-token-of-some-length")
    access = access_of(options())
    assert access.token == "a-token-of-some-length"
    assert "a-token" not in "".join(greeting(options(), access, 8800))


@pytest.mark.parametrize("token", ["short", "with a space in it all", "ünïcödé-ünïcödé-ünïcödé"])
def test_a_bad_token_is_refused(token: str) -> None:
    with pytest.raises(WebError, match="16 characters"):
        access_of(options(token=token))


def test_an_address_that_is_taken_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(WebError, match="cannot listen on"):
        listening(options(port=taken.getsockname()[1]))
    with pytest.raises(WebError, match="cannot listen on"):
        listening(options(host="no.such.host.invalid"))


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("", False)]
)
def test_loopback_is_told_from_the_rest(host: str, local: bool) -> None:
    assert is_loopback(host) == local
