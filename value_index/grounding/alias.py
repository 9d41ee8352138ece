"""Alias: another name of a country, a language, a currency, a state, a month, a day or a sex."""

from __future__ import annotations

from dataclasses import dataclass

Domain = str
"""`territory`, `language`, `currency`, `month`, `day`, `sex`, or `states of` a country: what a column holds when most of its values are names in it."""


@dataclass(frozen=True)
class Alias:
    """Another name of what a mention names."""

    name: str
    """Folded."""
    domain: Domain
    is_code: bool
