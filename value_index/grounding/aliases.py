"""Other names of countries, their people, states, languages, currencies, months, days and the sexes.

The names are the CLDR's (Babel) and ISO 3166's (pycountry, for states and provinces); what a people is called comes from
countryinfo too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from value_index.grounding.alias import Alias, Domain
from value_index.grounding.alias_cache import read_names
from value_index.grounding.spans import FUNCTION_WORDS
from value_index.text.folding import plural_variants

_ENDINGS = ("ian", "ean", "an", "n", "ese", "ish", "i", "ic", "er")
"""What makes a demonym of a country's name."""


@dataclass(frozen=True)
class _Tables:
    """The names as they are looked up."""

    members: Mapping[tuple[Domain, str], tuple[Alias, ...]]
    groups: Mapping[str, tuple[tuple[Domain, str], ...]]
    """What a name may name."""
    codes: frozenset[str]
    kinds: frozenset[tuple[str, Domain, bool]]
    stems: Mapping[str, list[str]]
    """Countries by what is left of their names without an ending."""
    demonyms: Mapping[str, str]
    """What the people of a country are called, by its folded name."""


@cache
def _tables() -> _Tables:
    """Read the names, once a process."""
    read = read_names()
    members = {
        (domain, code): tuple(Alias(name, domain, is_code) for name, is_code in aliases)
        for domain, codes in read.members.items()
        for code, aliases in codes.items()
    }
    groups: dict[str, dict[tuple[Domain, str], None]] = {}
    for key, found in members.items():
        for alias in found:
            groups.setdefault(alias.name, {})[key] = None
    every = [alias for found in members.values() for alias in found]
    return _Tables(
        members=members,
        groups={name: tuple(keys) for name, keys in groups.items()},
        codes=frozenset(alias.name for alias in every if alias.is_code),
        kinds=frozenset((alias.name, alias.domain, alias.is_code) for alias in every),
        stems=_stems(members),
        demonyms=read.people,
    )


def _stems(members: Mapping[tuple[Domain, str], tuple[Alias, ...]]) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = {}
    for (domain, code), found in members.items():
        for alias in found:
            if domain == "territory" and not alias.is_code:
                for cut in range(3):
                    stem = alias.name[: len(alias.name) - cut]
                    if len(stem) >= 4:
                        stems.setdefault(stem, []).append(code)
    return stems


class Aliases:
    """Names and codes that mean the same country, language or currency.

    >>> sorted(alias.name for alias in Aliases().of("France", "france"))
    ['fr', 'fra', 'french']
    >>> [(alias.name, alias.domain) for alias in Aliases().of("Ohio", "ohio")]
    [('oh', 'states of US')]
    """

    def __init__(self) -> None:
        self._tables = _tables()

    def of(self, mention: str, folded: str) -> tuple[Alias, ...]:
        """Return the other names of a mention; a short word in lower case is no code."""
        found: dict[str, Alias] = {}
        written_as_code = (len(folded) > 2 and folded not in FUNCTION_WORDS) or mention.isupper()
        for key in (folded, *plural_variants(folded)):
            for domain, code in self._tables.groups.get(key, ()):
                if not written_as_code and key in self._tables.codes:
                    continue
                for alias in self._tables.members[domain, code]:
                    found.setdefault(alias.name, alias)
        if not found:
            for code in self._demonym(folded):
                for alias in self._tables.members["territory", code]:
                    found.setdefault(alias.name, alias)
        found.pop(folded, None)
        return tuple(found.values())

    def is_known(self, folded: str) -> bool:
        """Tell whether a text is a name of some domain by itself: a country, a language, a state.

        >>> Aliases().is_known("iceland"), Aliases().is_known("irelnd")
        (True, False)
        """
        return len(folded) > 3 and folded in self._tables.groups

    def is_member(self, folded: str, domain: Domain, code: bool) -> bool:
        """Whether a stored text is a name, or a code, in a domain."""
        return (folded, domain, code) in self._tables.kinds

    def people(self, folded: str) -> str | None:
        """Return what the people of a country are called, folded; None if the name is no country's.

        >>> Aliases().people("peru"), Aliases().people("arabic")
        ('peruvian', None)
        """
        return self._tables.demonyms.get(folded)

    def _demonym(self, folded: str) -> list[str]:
        """Return the countries whose name, cut by up to two letters and with a demonym's ending, is this word."""
        words = (folded, folded.removesuffix("s"))
        stems = {word[: -len(end)] for word in words for end in _ENDINGS if word.endswith(end)}
        return sorted({code for stem in stems for code in self._tables.stems.get(stem, ())})
