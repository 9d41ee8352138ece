"""with_spoken_names: a schema whose natural names are said in full: abbreviations written out, other languages translated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel

from value_index.schema import Column, Schema, Table
from value_index.text.natural_names import split_identifier
from value_index.text.schema_words import ABBREVIATIONS, LANGUAGES, OWN_WORDS, PREFIXES

LEAST_WORDS = 3
"""Words of a language in the names of a schema from which it is taken to be named in it."""
LEAST_TABLES, LONGEST_PREFIX = 3, 2
"""Tables that begin alike, and letters with which they do: a longer beginning is a word, unless it has no vowel."""
_VOWELS = frozenset("aeiouy")
_Model = TypeVar("_Model", bound=BaseModel)
_INITIALS = {"f": "first", "l": "last", "m": "middle"}
_HEAD_FIRST = frozenset(("es", "fr", "it", "pt"))
"""Languages that say "date of payment"."""
_OF = frozenset(("de", "del", "du", "des", "da", "do", "di", "la", "el", "le"))
_MARKS = str.maketrans("áàâãéèêíìóòôõúùçñ", "aaaaeeeiioooouucn")


def with_spoken_names(schema: Schema) -> Schema:
    """Return a schema with its natural names said in full, those left out that somebody wrote.

    `tbl_emp.hire_dt` is called "hire date" of "employee", `libros.precio` "price" of "books". A word is read in another
    language only where the schema has several words of it.
    """
    spoken = _Spoken(schema)
    tables = tuple(spoken.table(table) for table in schema.tables)
    return schema if tables == schema.tables else _with(schema, tables=tables)


def _with(model: _Model, **parts: object) -> _Model:
    """Return a model with other parts; not by model_copy, which takes along what the model has computed of the old ones."""
    return type(model).model_validate({name: getattr(model, name) for name in type(model).model_fields} | parts)


@dataclass(frozen=True)
class _Spoken:
    """The names of one schema in full."""

    schema: Schema

    def table(self, table: Table) -> Table:
        """Return a table called by its name in full, without what only says that it is a table."""
        words = table.natural_name.split()
        while len(words) > 1 and (words[0] in PREFIXES or words[0] == self._prefix):
            words = words[1:]
        own = table.natural_name != split_identifier(table.name)
        said = table.natural_name if own else self._said(words)
        columns = tuple(map(self.column, table.columns))
        same = said == table.natural_name and columns == table.columns
        return table if same else _with(table, natural_name=said, columns=columns)

    def column(self, column: Column) -> Column:
        """Return a column called by its name in full."""
        if column.natural_name != split_identifier(column.name):
            return column
        said = self._said(column.natural_name.split())
        return column if said == column.natural_name else column.model_copy(update={"natural_name": said})

    def _said(self, words: list[str]) -> str:
        if not words:  # a name of signs alone
            return ""
        following = (*words[1:], "")
        said = [self._word(word, after, alone=len(words) == 1) for word, after in zip(words, following, strict=True)]
        if self._languages and _HEAD_FIRST & set(self._languages) and said != words and len(words) > 1:
            said = [word for word in reversed(said) if word not in _OF]  # fecha de pago: payment date
        return " ".join(said)

    def _word(self, word: str, after: str, *, alone: bool) -> str:
        if word in _INITIALS and after in ("name", "nm", "nam"):
            return _INITIALS[word]
        for meanings in map(LANGUAGES.__getitem__, self._languages):
            if meaning := meanings.get(word) or meanings.get(word.translate(_MARKS)):
                return meaning
        return word if alone and word in OWN_WORDS else ABBREVIATIONS.get(word, word)

    @cached_property
    def _prefix(self) -> str:
        """What every table's name begins with, if it is no word: the "fx" of fx_desk, fx_trade and fx_rate; else ""."""
        firsts = {words[0] if len(words := split_identifier(t.name).split()) > 1 else "" for t in self.schema.tables}
        first = next(iter(firsts)) if len(firsts) == 1 and len(self.schema.tables) >= LEAST_TABLES else ""
        return first if len(first) <= LONGEST_PREFIX or not _VOWELS & set(first) else ""

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        """The language that the schema has most names of, if it is none of English."""
        words = frozenset(word.translate(_MARKS) for word in _words(self.schema))
        found = {
            language: sum(1 for word in words if meanings.get(word, word) != word)
            for language, meanings in LANGUAGES.items()
        }
        ranked = sorted(found, key=lambda language: -found[language])
        return tuple(language for language in ranked[:1] if found[language] >= LEAST_WORDS)


def _words(schema: Schema) -> Iterator[str]:
    for table in schema.tables:
        yield from split_identifier(table.name).split()
        for column in table.columns:
            yield from split_identifier(column.name).split()
