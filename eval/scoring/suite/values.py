"""Values near a constant: which to try for a comparison, and whether they fulfil it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nodes.plan import Operator

_Key = tuple[int, float | str]
_EQUALITIES = ("=", "!=", "is", "is not", "in", "not in")


def shifted(value: Any, by: int) -> Any:
    """Return the value one step on: a number moved by one, a text whose last letter is its neighbour.

    >>> shifted(3, 1), shifted("9", 1), shifted("2015-01-02", -1), shifted("Rome", 1)
    (4, '10', '2015-01-01', 'Romf')
    """
    if isinstance(value, (int, float)):
        return value + by
    if not isinstance(value, str) or not value:
        return value
    if value.isascii() and value.isdigit():
        return str(int(value) + by)
    return value[:-1] + chr(max(ord(value[-1]) + by, 32))


def is_word(value: Any) -> bool:
    """Whether a value is a text that holds no digits: neither a number nor a date.

    >>> is_word("F"), is_word("2015-01-02"), is_word(3)
    (True, False, False)
    """
    return isinstance(value, str) and not any(letter.isdigit() for letter in value)


def candidates(operator: Operator, operands: Sequence[Any]) -> Iterator[Any]:
    """Yield values at which a comparison with constants may turn: the constants, and their neighbours.

    A text that is only compared for equality has no neighbours: a column of codes holds no others than those seen in it.
    """
    if "null" in operator:
        yield None
    for operand in operands:
        if "like" in operator or "glob" in operator:
            pattern = str(operand).replace("*", "%").replace("?", "_")
            for filling in ("", "a", "a b"):
                yield pattern.replace("%", filling).replace("_", "a")
        elif operator in _EQUALITIES and is_word(operand):
            yield operand
        else:
            yield from (operand, shifted(operand, 1), shifted(operand, -1))


def holds(operator: Operator, value: Any, operands: Sequence[Any]) -> bool:
    """Whether a comparison with constants is true, closely enough to choose values by; SQLite itself decides later.

    >>> holds("between", 3, (1, 3)), holds("not like", "Rome", ("%om%",)), holds("=", None, (None,))
    (True, False, False)
    """
    if operator in ("is null", "is not null"):
        return (value is None) == (operator == "is null")
    if value is None:
        return False
    if operator.startswith("not "):
        return not _HOLDS[operator.removeprefix("not ")](value, operands)
    return _HOLDS[operator](value, operands)


def _key(value: Any) -> _Key:
    """Order values as SQLite does where a column's type turns texts into numbers."""
    if isinstance(value, (int, float)):
        return 0, float(value)
    try:
        return 0, float(str(value))
    except ValueError:
        return 1, str(value)


def _like(value: Any, operands: Sequence[Any]) -> bool:
    return any(_pattern(str(operand), "%", "_", re.IGNORECASE).fullmatch(str(value)) for operand in operands)


def _glob(value: Any, operands: Sequence[Any]) -> bool:
    return any(_pattern(str(operand), "*", "?", 0).fullmatch(str(value)) for operand in operands)


def _pattern(text: str, many: str, one: str, flags: int) -> re.Pattern[str]:
    signs = {many: ".*", one: "."}
    return re.compile("".join(signs.get(letter, re.escape(letter)) for letter in text), flags | re.DOTALL)


def _equal(value: Any, operands: Sequence[Any]) -> bool:
    return any(_key(value) == _key(operand) for operand in operands if operand is not None)


def _unequal(value: Any, operands: Sequence[Any]) -> bool:
    return not _equal(value, operands)


_HOLDS: Mapping[str, Callable[[Any, Sequence[Any]], bool]] = {
    "=": _equal,
    "is": _equal,
    "in": _equal,
    "!=": _unequal,
    "is not": _unequal,
    "<": lambda value, operands: _key(value) < _key(operands[0]),
    "<=": lambda value, operands: _key(value) <= _key(operands[0]),
    ">": lambda value, operands: _key(value) > _key(operands[0]),
    ">=": lambda value, operands: _key(value) >= _key(operands[0]),
    "between": lambda value, operands: _key(operands[0]) <= _key(value) <= _key(operands[-1]),
    "like": _like,
    "glob": _glob,
}
