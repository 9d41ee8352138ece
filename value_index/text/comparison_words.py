"""COMPARISONS, OR_MORE and OR_LESS: the words that compare with a number, and the operators that they mean.

Whoever reads comparisons takes them from here: conditions of knowledge, bounds within a text, and what stands around a value.
"""

from __future__ import annotations

from typing import Literal

Comparison = Literal["=", "<", "<=", ">", ">="]

_MORE, _LESS = ("more", "greater", "higher", "longer"), ("less", "fewer", "lower")
COMPARISONS: dict[str, Comparison] = {
    "at least": ">=",
    "at most": "<=",
    "up to": "<=",
    "exactly": "=",
    **{f"no {word} than": "<=" for word in _MORE},
    **{f"no {word} than": ">=" for word in _LESS},
    **{f"{word} than": ">" for word in _MORE},
    **{f"{word} than": "<" for word in _LESS},
    "over": ">",
    "above": ">",
    "under": "<",
    "below": "<",
}
"""What stands before a number: "at least 4"; a phrase stands before what it ends with."""
OR_MORE = ("more", "above", "over", "later", "older", "higher", "greater", "up", "after", "larger", "longer")
"""What stands behind a number and "or": "4 or more"."""
OR_LESS = ("less", "fewer", "below", "under", "earlier", "younger", "lower", "before", "shorter", "smaller")
"""The same downward: "2000 or earlier"."""
