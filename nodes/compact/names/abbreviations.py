"""in_full: the words of a name with its abbreviations written out, as the utterance reads them where it does.

tbl_cust -> customer; emp_cnt -> employee count; rtg -> rating.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from nodes.compact.names.synonyms import is_listed
from value_index.text.schema_words import ABBREVIATIONS, OWN_WORDS, PREFIXES

_ALSO = """
art article; auth author; bdate birth date; bday birthday; cat category; chg charge; curr current; deliv delivery;
dep departure; det detail; diff difference; dist distance; dob date of birth; doc document; dst destination;
elev elevation; evt event; exp experience; freq frequency; gov government; hgt height; hist history; hr hour;
img image; inc income; ind industry; info information; inst institution; lat latitude; lng longitude; lon longitude;
manuf manufacturer; max maximum; med medicine; mem member; min minimum; mname middle name; mon month; obj object;
occ occupation; orig original; pat patient; pct percentage; perf performance; pic picture; plyr player;
pob place of birth; pop population; pos position; pres president; prev previous; prod product; prog program;
prov province; pub publication; pwd password; rec record; ref reference; reg region; rel relation; res result;
resp response; rev revenue; sec section; seq sequence; src source; svc service; temp temperature; trans transaction;
trk tracking; txt text; val value; vol volume
"""
_IN_FULL = {short: long for short, long in ABBREVIATIONS.items() if short not in OWN_WORDS} | {
    entry.split()[0]: " ".join(entry.split()[1:]) for entry in _ALSO.split(";")
}
"""What names shorten, with what it stands for in most schemas: the later entries where people wrote the names."""
_IDLE = PREFIXES | {"col", "fld"}
"""What a name may begin with that says nothing of what it names."""
_VOWELS = frozenset("aeiou")
_ENDINGS = ("s", "es", "ed", "er", "r", "ing", "ly", "est")


@lru_cache(maxsize=1 << 14)
def in_full(words: tuple[str, ...], said: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Write the abbreviations of a name out.

    Args:
        said: words of the utterance: what one of them shortens to stands for it.

    >>> in_full(("tbl", "cust")), in_full(("cust", "no")), in_full(("purch", "dt"), frozenset(("purchase",)))
    (('customer',), ('customer', 'number'), ('purchase', 'date'))
    """
    words = words[1:] if len(words) > 1 and words[0] in _IDLE else words
    out: list[str] = []
    for at, word in enumerate(words):
        if word == "no" and 0 < at == len(words) - 1 and words[at - 1] != "or":
            out.append("number")
        else:
            out += _meant(word, said).split()
    return tuple(out)


def _meant(word: str, said: Collection[str]) -> str:
    spoken = None if is_listed(word) else next((each for each in sorted(said) if shortens(word, each)), None)
    usual = _IN_FULL.get(word)
    if usual is None:
        return spoken or word
    return spoken if spoken and not usual.startswith(spoken) else usual


def shortens(short: str, word: str) -> bool:
    """Whether a short form may stand for a word: its first letters, or its first and last consonants and some between.

    >>> shortens("purch", "purchase"), shortens("hgt", "height"), shortens("bn", "building"), shortens("name", "names")
    (True, True, False, False)
    """
    if not 2 <= len(short) <= len(word) - 2 or short[0] != word[0]:
        return False
    if len(short) >= 4 and word.startswith(short):
        return word[len(short) :] not in _ENDINGS and len(word) - len(short) > 2
    consonants = [letter for letter in word if letter not in _VOWELS]
    letters = iter(consonants)
    return (
        not set(short) & _VOWELS
        and all(letter in letters for letter in short)
        and short[-1:] == "".join(consonants[-1:])
    )
