"""other_language: questions that are not asked in English."""

from __future__ import annotations

import re
from unicodedata import name

from nodes.intent.lexicon import ENGLISH, FOREIGN_WORDS, SHARED, TELLTALE
from nodes.lexical.utterance import Utterance
from nodes.turn_analysis import TurnAnalysis

LEAST_WORDS = 2
"""Words of one other language from which an utterance is taken to be in it."""
_QUOTED = re.compile(r"[\"“‘«][^\"”’»]*[\"”’»]|(?<!\w)'[^']*'(?!\w)")


def other_language(turn: TurnAnalysis) -> str | None:
    """Return the code of the language of an utterance that is not in English, as far as its words tell; None if it may be English.

    "¿Cuántos clientes hay en Irlanda?": es. Names and quoted texts do not count: "songs called 'Les yeux de la mer'".
    """
    if _is_of_other_script(turn.text):
        return "another script"
    words = Utterance.of(_QUOTED.sub(lambda match: " " * len(match.group()), turn.text)).words
    own = {word.text for at, word in enumerate(words) if at == 0 or not turn.text[word.start].isupper()}
    if own & ENGLISH:
        return None
    counts = {language: len(own & words - SHARED) for language, words in FOREIGN_WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    least = 1 if own & TELLTALE else LEAST_WORDS
    return best if counts[best] >= least else None


def _is_of_other_script(text: str) -> bool:
    """Tell whether most letters are of another alphabet than the Latin one."""
    letters = [letter for letter in text if letter.isalpha()]
    other = sum(not name(letter, "LATIN").startswith("LATIN") for letter in letters)
    return bool(letters) and other > 0.5 * len(letters)
