"""A code in the table spoken of, before a name in a table that would have to be joined."""

from __future__ import annotations

from collections.abc import Sequence

from value_index.grounding.aliases import Aliases
from value_index.grounding.candidate import Candidate
from value_index.grounding.context import Context
from value_index.text.folding import fold


def prefer_code_column(
    ranked: Sequence[tuple[Candidate, float]], context: Context, aliases: Aliases
) -> list[tuple[Candidate, float]]:
    """Put a code before the name whose row it comes from, where the conversation speaks of the table that holds the code.

    "The ones from France" after a list of airlines: airline.country_code = 'FR' and country.name = 'France' say the same
    of an airline, and the first needs no join. Only of codes that the library knows as another name of the mention: what
    other keys mean is for the ranker to say.
    """
    found = list(ranked)
    best, chance = found[0]
    if best.column.ref.table.lower() in context.tables:
        return found
    mention = best.mention
    for place, (candidate, score) in enumerate(found):
        if (
            candidate.kind == "via_row"
            and candidate.via == best.column.ref
            and isinstance(candidate.value, str)
            and candidate.column.ref.table.lower() in context.shown
            and fold(candidate.value)
            in {alias.name for alias in aliases.of(mention.text, mention.folded) if alias.is_code}
        ):
            found[0], found[place] = (best, score), (candidate, chance)
            return sorted(found, key=lambda pair: -pair[1])
    return found
