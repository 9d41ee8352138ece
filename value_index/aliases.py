"""Other names of countries, languages and currencies, from the CLDR data that Babel carries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from value_index.fold import fold, plural_variants

Domain = Literal["territory", "language", "currency"]
_ENDINGS = ("ian", "ean", "an", "n", "ese", "ish", "i", "ic", "er")
"""What makes a demonym of a country's name."""


@dataclass(frozen=True)
class Alias:
    """Another name of what a mention names."""

    name: str
    """Folded."""
    domain: Domain
    is_code: bool


class Aliases:
    """Names and codes that mean the same country, language or currency.

    >>> sorted(alias.name for alias in Aliases().of("France", "france"))
    ['fr', 'fra', 'french']
    """

    def of(self, mention: str, folded: str) -> tuple[Alias, ...]:
        """Return the other names of a mention; a short word in lower case is no code."""
        found: dict[str, Alias] = {}
        written_as_code = len(folded) > 3 or mention.isupper()
        for key in (folded, *plural_variants(folded)):
            for domain, code in self._groups.get(key, ()):
                if not written_as_code and key in self._codes:
                    continue
                for alias in self._members[domain, code]:
                    found.setdefault(alias.name, alias)
        if not found:
            for code in self._demonym(folded):
                for alias in self._members["territory", code]:
                    found.setdefault(alias.name, alias)
        found.pop(folded, None)
        return tuple(found.values())

    def is_member(self, folded: str, domain: Domain, code: bool) -> bool:
        """Whether a stored text is a name, or a code, in a domain."""
        return (folded, domain, code) in self._kinds

    def _demonym(self, folded: str) -> list[str]:
        """Return the countries whose name, cut by up to two letters and with a demonym's ending, is this word."""
        words = (folded, folded.removesuffix("s"))
        stems = {word[: -len(end)] for word in words for end in _ENDINGS if word.endswith(end)}
        return sorted({code for stem in stems for code in self._stems.get(stem, ())})

    @cached_property
    def _members(self) -> dict[tuple[Domain, str], tuple[Alias, ...]]:
        english = Locale("en")
        members: dict[tuple[Domain, str], list[Alias]] = {}

        def add(domain: Domain, code: str, name: str, is_code: bool) -> None:
            if fold(name):
                members.setdefault((domain, code), []).append(Alias(fold(name), domain, is_code))

        for code, name in english.territories.items():
            if code.isalpha():
                for each in _spellings(name):
                    add("territory", code, each, False)
                add("territory", code, code, True)
        for other, codes in cast("dict[str, list[str]]", get_global("territory_aliases")).items():
            if len(codes) == 1 and ("territory", codes[0]) in members and other.isalpha():
                add("territory", codes[0], other, True)
        for territory, name in self._people():
            add("territory", territory, name, False)
        longer = cast("dict[str, str]", get_global("language_aliases"))
        for code, name in english.languages.items():
            if code.isalpha() and len(code) == 2:
                add("language", code, name, False)
                add("language", code, code, True)
                for other in (other for other, target in longer.items() if target == code and len(other) == 3):
                    add("language", code, other, True)
        for code, name in english.currencies.items():
            add("currency", code, name, False)
            add("currency", code, code, True)
        return {key: tuple(dict.fromkeys(found)) for key, found in members.items()}

    def _people(self) -> Iterable[tuple[str, str]]:
        """Yield (territory, name): what a country's first language, or its variety of a language, is called."""
        languages = Locale("en").languages
        likely = cast("dict[str, str]", get_global("likely_subtags"))
        homes: dict[str, set[str]] = {}
        for code, name in languages.items():
            homes.setdefault(name.partition(" ")[0], set()).add(code.partition("_")[2])
        homes = {variety: found - {""} for variety, found in homes.items()}
        for code, name in languages.items():
            language, _, territory = code.partition("_")
            variety = name.partition(" ")[0]
            if len(territory) == 2 and variety != name and not languages.get(language, "").startswith(variety):
                if homes[variety] == {territory}:
                    yield territory, variety
            elif len(code) == 2 and code != "en":
                for home in {likely.get(code, "").rpartition("_")[2], code.upper()}:
                    if code in get_official_languages(home, de_facto=True)[:1]:
                        yield home, name

    @cached_property
    def _groups(self) -> dict[str, tuple[tuple[Domain, str], ...]]:
        groups: dict[str, list[tuple[Domain, str]]] = {}
        for key, members in self._members.items():
            for alias in members:
                groups.setdefault(alias.name, []).append(key)
        return {name: tuple(dict.fromkeys(keys)) for name, keys in groups.items()}

    @cached_property
    def _codes(self) -> frozenset[str]:
        return frozenset(alias.name for members in self._members.values() for alias in members if alias.is_code)

    @cached_property
    def _kinds(self) -> frozenset[tuple[str, Domain, bool]]:
        return frozenset(
            (alias.name, alias.domain, alias.is_code) for members in self._members.values() for alias in members
        )

    @cached_property
    def _stems(self) -> dict[str, list[str]]:
        stems: dict[str, list[str]] = {}
        for (domain, code), members in self._members.items():
            for alias in members:
                if domain == "territory" and not alias.is_code:
                    for cut in range(3):
                        stem = alias.name[: len(alias.name) - cut]
                        if len(stem) >= 4:
                            stems.setdefault(stem, []).append(code)
        return stems


def _spellings(name: str) -> tuple[str, ...]:
    """Return a CLDR name and its parts: "Myanmar (Burma)" is either, "Hong Kong SAR China" is Hong Kong.

    >>> _spellings("Myanmar (Burma)"), _spellings("Hong Kong SAR China")
    (('Myanmar (Burma)', 'Myanmar', 'Burma'), ('Hong Kong SAR China', 'Hong Kong'))
    """
    if name.endswith(")") and "(" in name:
        first, _, second = name[:-1].partition(" (")
        return name, first, second
    return (name, name.removesuffix(" SAR China")) if name.endswith(" SAR China") else (name,)
