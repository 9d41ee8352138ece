"""JSON that was right once: parts of it exchanged, left out or torn, and then the bytes themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([10**30, -(10**400), 1e308, float("nan"), float("inf"), 0.5])
    | st.text(max_size=8)
    | st.sampled_from(["", "\ud800", "\0", "a\nb", "../x", "/", "x" * 5000, "1", "SELECT 1"])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
DEEP = "[" * 20_000 + "]" * 20_000


@st.composite
def broken_json(draw: st.DrawFn, values: list[Any]) -> bytes:
    """Draw a document out of some right ones, with up to four edits, and a few bytes turned."""
    value = json.loads(json.dumps(draw(st.sampled_from(values))))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.sampled_from(list(_places(value, ()))))
        value = _edited(value, place, draw(VALUES), leave_out=draw(st.booleans()))
    text = draw(st.sampled_from([DEEP, "", " ", "null", "{", "\ufeff" + _dumped(value)])) if draw(_SELDOM) else None
    return draw(broken_bytes(_dumped(value) if text is None else text))


@st.composite
def broken_bytes(draw: st.DrawFn, text: str) -> bytes:
    """Draw the bytes of a text, mostly as they are, else cut or with some of them turned."""
    content = bytearray(text.encode("utf-8", errors="surrogatepass"))
    if content and draw(_SELDOM):
        for place, byte in draw(st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)):
            content[place] = byte
        content = content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content
    return bytes(content)


_SELDOM = st.integers(0, 4).map(lambda number: number == 0)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)


def _places(value: Any, place: Path) -> Iterator[Path]:
    yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _places(part, (*place, key))


def _edited(value: Any, place: Path, new: Any, *, leave_out: bool) -> Any:
    if not place:
        return new
    here = value
    for key in place[:-1]:
        here = here[key]
    if leave_out:
        del here[place[-1]]
    else:
        here[place[-1]] = new
    return value
