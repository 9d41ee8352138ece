"""The names of countries, languages and currencies as they were read last, in the user's cache folder.

Reading them from their libraries takes 0.2 s and 20 MB of a process that answers one question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from value_index.files.atomic_file import write_atomically
from value_index.files.folders import cache_folder

LIBRARIES = ("babel", "countryinfo", "pycountry")
_TEXT = Path(__file__).parent.with_name("text")
SOURCES = (Path(__file__).with_name("alias_names.py"), _TEXT / "folding.py", _TEXT / "sexes.py")
"""What decides how the libraries are read."""


class NamesRead(BaseModel):
    """All that is taken from the libraries."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: Mapping[str, Mapping[str, tuple[tuple[str, bool], ...]]]
    """The members by domain and by what is named: (folded name, whether it is a code)."""
    people: Mapping[str, str]
    """What the people of a country are called, by its folded name."""


def read_names() -> NamesRead:
    """Return the names that were kept; read the libraries if they are others, and keep what they say if that is possible."""
    path = cache_folder() / f"names-{_fingerprint()}.json"
    try:
        return NamesRead.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        found = _from_libraries()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for older in path.parent.glob("names-*.json"):
            older.unlink(missing_ok=True)
        write_atomically(path, found.model_dump_json())
    except OSError:
        pass  # A cache that cannot be written costs the next process 0.2 s.
    return found


def _from_libraries() -> NamesRead:
    from value_index.grounding.alias_names import countries, demonyms, names
    from value_index.text.folding import fold

    people = demonyms()
    members: dict[str, dict[str, tuple[tuple[str, bool], ...]]] = {}
    for (domain, code), aliases in names().items():
        members.setdefault(domain, {})[code] = tuple((alias.name, alias.is_code) for alias in aliases)
    return NamesRead(members=members, people={fold(name): people[code] for code, name in countries() if code in people})


def _fingerprint() -> str:
    said = [f"{name} {version(name)}" for name in LIBRARIES]
    return hashlib.blake2b(
        b"\n".join([*map(str.encode, said), *(path.read_bytes() for path in SOURCES)]), digest_size=8
    ).hexdigest()
