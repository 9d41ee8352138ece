"""What the sexes are called, in questions and in stored values; no library keeps it."""

from __future__ import annotations

from typing import Literal

Sex = Literal["f", "m"]
NAMES: dict[Sex, tuple[str, ...]] = {"f": ("female", "woman", "women", "f"), "m": ("male", "man", "men", "m")}
"""What stands for a sex wherever it is written."""
SAID: dict[Sex, frozenset[str]] = {
    "f": frozenset((*NAMES["f"][:-1], "females", "girl", "girls", "lady", "ladies")),
    "m": frozenset((*NAMES["m"][:-1], "males", "boy", "boys", "gentlemen")),
}
"""Words of a question that ask for a sex, where a column keeps it."""
STORED: dict[Sex, frozenset[str]] = {"f": frozenset((*NAMES["f"], "w")), "m": frozenset(NAMES["m"])}
"""What a column of sexes may store."""
