"""The names kept in the user's cache folder are those of the libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from value_index.grounding import alias_cache
from value_index.grounding.alias import Alias
from value_index.grounding.alias_names import names


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "turnsql"


def test_what_is_kept_is_what_the_libraries_say_in_their_order(cache: Path) -> None:
    alias_cache.read_names()
    (path,) = cache.glob("names-*.json")
    kept = alias_cache.read_names()
    assert [
        ((domain, code), tuple(Alias(name, domain, is_code) for name, is_code in aliases))
        for domain, codes in kept.members.items()
        for code, aliases in codes.items()
    ] == list(names().items())
    assert kept.people["peru"] == "peruvian" and path.stat().st_size < 1_000_000


def test_the_libraries_are_read_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = alias_cache.read_names()
    monkeypatch.setattr(alias_cache, "_from_libraries", lambda: pytest.fail("read again"))
    assert alias_cache.read_names() == first


def test_a_torn_file_is_read_anew_and_another_version_s_is_removed(cache: Path) -> None:
    first = alias_cache.read_names()
    (path,) = cache.glob("names-*.json")
    path.write_bytes(path.read_bytes()[:-9])
    (cache / "names-older.json").write_text("{}", encoding="utf-8")
    assert alias_cache.read_names() == first
    assert list(cache.glob("names-*")) == [path]


def test_a_cache_folder_that_cannot_be_written_is_done_without(cache: Path) -> None:
    cache.write_text("a file where the folder would be", encoding="utf-8")
    assert alias_cache.read_names().people
