"""A turn with words of its schema exchanged for words of other schemas, in the names and in what was said alike.

What a network learns by heart about its training schemas is of no use on others; what ties a question to names is the same
under any names. Identifiers stay, so plans and values hold as they are: only natural names and utterances change.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Sequence

from nodes.lexical.lexicon import STOPWORDS
from nodes.lexical.utterance import Utterance, name_words, stem
from training.data.generated.phrasing import plural
from value_index.schema import Schema

FIXED = frozenset({
    "id", "ids", "name", "names", "code", "codes", "number", "numbers", "num", "no", "date", "dates", "year", "years", "month",
    "day", "time", "type", "first", "last", "count", "total", "average", "sum", "max", "min", "rank", "age", "title",
})  # fmt: skip
"""Words of names that mean the same in any schema, or that a question asks for in other words."""
SHARES = (0.3, 0.6, 0.9)


def vocabulary(schemas: Iterable[Schema]) -> tuple[str, ...]:
    """Return the words that names of these schemas are made of and that may be exchanged, sorted."""
    return tuple(sorted({word for schema in schemas for word in _words(schema) if _free(word)}))


def renamed(
    schema: Schema, said: Sequence[str], kept: Collection[str], words: Sequence[str], draw: random.Random
) -> tuple[Schema, tuple[str, ...]] | None:
    """Exchange words of a schema's names, and the same words where they were said.

    Args:
        said: utterances.
        kept: stems to leave alone: of literals, and of what the plan needs but nobody said.
        words: from `vocabulary`.

    Returns:
        The schema and the utterances with other words; None if nothing was exchanged.
    """
    share = draw.choice(SHARES)
    read = [Utterance.of(text) for text in said]
    texts: dict[str, set[str]] = {}
    for word in (word for utterance in read for word in utterance.words):
        texts.setdefault(word.stem, set()).add(word.text)
    own = sorted({word for word in _words(schema) if _free(word)})
    stems = {stem(word) for word in own}
    taken = stems | set(texts)
    exchanged: dict[str, str] = {}
    for each in sorted(stems):
        forms = [word for word in own if stem(word) == each]
        new = draw.choice(words)
        if draw.random() > share or each in kept or stem(new) in taken or new.endswith("s"):
            continue
        mapping = _mapping(forms, texts.get(each, set()), new)
        if mapping is not None:
            exchanged |= mapping
            taken.add(stem(new))
    if not exchanged:
        return None

    def called(name: str) -> str:
        return " ".join(exchanged.get(word, word) for word in name_words(name)) or name

    return with_natural_names(schema, called), tuple(_replaced(utterance, exchanged) for utterance in read)


def name_stems(names: Iterable[str]) -> set[str]:
    """Return the stems of natural names, or of any texts."""
    return {stem(word) for name in names for word in name_words(name)}


def _mapping(forms: Sequence[str], said: Collection[str], new: str) -> dict[str, str] | None:
    """Return what becomes of each form of a word; None if one is neither singular nor plural."""
    every = set(forms) | set(said)
    singular = min(every, key=len)
    out: dict[str, str] = {}
    for form in every:
        if form == singular:
            out[form] = new
        elif form in (singular + "s", singular + "es", singular[:-1] + "ies"):
            out[form] = plural(new)
        else:
            return None
    return out


def _free(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word not in FIXED and word not in STOPWORDS


def _words(schema: Schema) -> Iterable[str]:
    for table in schema.tables:
        yield from name_words(table.natural_name)
        for column in table.columns:
            yield from name_words(column.natural_name)


def with_natural_names(schema: Schema, called: Callable[[str], str]) -> Schema:
    """Return the schema with other natural names of tables and columns; identifiers and keys stay."""
    tables = tuple(
        table.model_copy(update={
            "natural_name": called(table.natural_name),
            "columns": tuple(c.model_copy(update={"natural_name": called(c.natural_name)}) for c in table.columns),
        })
        for table in schema.tables
    )  # fmt: skip
    return Schema(database_id=schema.database_id, tables=tables, foreign_keys=schema.foreign_keys)


def _replaced(utterance: Utterance, exchanged: dict[str, str]) -> str:
    parts: list[str] = []
    at = 0
    for word in utterance.words:
        new = exchanged.get(word.text)
        if new is not None and utterance.text[word.start : word.end].lower() == word.text:
            spelled = utterance.text[word.start : word.end]
            parts += [utterance.text[at : word.start], new.capitalize() if spelled[0].isupper() else new]
            at = word.end
    return "".join([*parts, utterance.text[at:]])
