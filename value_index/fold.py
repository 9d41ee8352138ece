"""Texts as the index compares them: without case, accents and punctuation."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Fold a text to lower-case letters and digits with single spaces between words.

    >>> fold("  São-Paulo (BR)"), fold("O'Brien"), fold("--")
    ('sao paulo br', 'o brien', '')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in text if not unicodedata.combining(character))
    text = text.casefold()
    return " ".join("".join(character if character.isalnum() else " " for character in text).split())


def plural_variants(folded: str) -> tuple[str, ...]:
    """Return a folded text with its last word made singular or plural, likeliest first.

    >>> plural_variants("companies"), plural_variants("french bulldog")
    (('company', 'companie', 'compani'), ('french bulldogs', 'french bulldoges'))
    """
    if len(folded) < 3:
        return ()
    if folded.endswith("ies"):
        return folded[:-3] + "y", folded[:-1], folded[:-2]
    if folded.endswith("men"):
        return (folded[:-2] + "an", folded + "s")
    if folded.endswith("ss"):
        return (folded + "es",)
    if folded.endswith("s"):
        return folded[:-1], folded[:-2] if folded.endswith("es") else folded + "es"
    if folded.endswith("y"):
        return folded[:-1] + "ies", folded + "s"
    return folded + "s", folded + "es"
