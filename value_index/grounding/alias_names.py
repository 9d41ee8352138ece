"""Names of countries, their people, states, languages, currencies, months and days, from the libraries that keep them; and of the sexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pycountry
from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages
from countryinfo import all_countries

from value_index.grounding.alias import Alias, Domain
from value_index.text import sexes
from value_index.text.folding import fold


def names() -> dict[tuple[Domain, str], tuple[Alias, ...]]:
    """Return every name and code, by domain and by what is named."""
    english = Locale("en")
    members: dict[tuple[Domain, str], list[Alias]] = {}

    def add(domain: Domain, code: str, name: str, is_code: bool) -> None:
        if fold(name):
            members.setdefault((domain, code), []).append(Alias(fold(name), domain, is_code))

    for code, name in countries():
        add("territory", code, name, False)
        add("territory", code, code, True)
    for other, codes in cast("dict[str, list[str]]", get_global("territory_aliases")).items():
        if len(codes) == 1 and ("territory", codes[0]) in members and other.isalpha():
            add("territory", codes[0], other, True)
    for territory, name in (*demonyms().items(), *_people()):
        if ("territory", territory) in members:
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
    for domain, width, forms in _times(english):
        for number, name in forms.items():
            add(domain, str(number), name, width != "wide")
    for sex, spellings in sexes.NAMES.items():
        for name in spellings:
            add("sex", sex, name, len(name) == 1)
    for country, code, name in _states():
        add(f"states of {country}", code, name, False)
        add(f"states of {country}", code, code, True)
    return {key: tuple(dict.fromkeys(found)) for key, found in members.items()}


def countries() -> list[tuple[str, str]]:
    """Return (code, name) of countries and other territories, each of a territory's names apart."""
    named = Locale("en").territories.items()
    return [(code, each) for code, name in named if code.isalpha() for each in _spellings(name)]


def demonyms() -> dict[str, str]:
    """Return what the people of each country are called, folded, by its code."""
    countries = ((country.iso(2), country.demonym()) for country in all_countries())
    return {code: fold(name) for code, name in countries if name}


def _people() -> Iterable[tuple[str, str]]:
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


def _times(english: Locale) -> Iterable[tuple[Domain, str, Mapping[int, str]]]:
    """Yield (domain, width, names by number) of the months and the days of a week."""
    for domain, found in (("month", english.months), ("day", english.days)):
        for width in ("wide", "abbreviated"):
            yield domain, width, cast("Mapping[int, str]", found["format"][width])


def _states() -> Iterable[tuple[str, str, str]]:
    """Yield (country, code, name) of the states and provinces whose code is letters."""
    for state in cast("Iterable[Any]", pycountry.subdivisions):
        code = str(state.code).partition("-")[2]
        if code.isalpha():
            yield str(state.country_code), code, str(state.name)


def _spellings(name: str) -> tuple[str, ...]:
    """Return a CLDR name and its parts: "Myanmar (Burma)" is either, "Hong Kong SAR China" is Hong Kong.

    >>> _spellings("Myanmar (Burma)"), _spellings("Hong Kong SAR China")
    (('Myanmar (Burma)', 'Myanmar', 'Burma'), ('Hong Kong SAR China', 'Hong Kong'))
    """
    if name.endswith(")") and "(" in name:
        first, _, second = name[:-1].partition(" (")
        return name, first, second
    return (name, name.removesuffix(" SAR China")) if name.endswith(" SAR China") else (name,)
