"""known_text: what a prompt says of the knowledge: words of the question, descriptions, and verified questions like it."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.knowledge.turn_knowledge import TurnKnowledge
from nodes.lexical.utterance import Utterance
from nodes.node import Context
from nodes.prompts.budget import within
from nodes.prompts.schema_text import one_line, ref_text
from nodes.state import GraphState
from value_index.knowledge.store import NamedPart, VerifiedQuestion

MOST_TOKENS = 600
"""The room for all lines together; the most telling ones come first."""
MOST_QUESTIONS = 2
"""How many verified questions are shown."""
LEAST_SHARED = 0.25
"""The share of words in common from which a verified question is like the turn's."""


def known_text(state: GraphState, context: Context | None) -> str:
    """Write the lines for a turn; "" without knowledge, or where it says nothing of the turn."""
    known = context.analysis_of(state).known if context and context.knowledge else None
    if known is None:
        return ""
    lines = within((one_line(line) for line in _lines(known, state)), MOST_TOKENS)
    return "\n".join(("Known about this database:", *lines)) if lines else ""


def _lines(known: TurnKnowledge, state: GraphState) -> Iterator[str]:
    for part, words in known.names:
        yield f"{words!r} means {_written(part)}"
    for value, mention in known.values:
        yield f"{mention!r} means {ref_text(value.column)} = {value.value!r}"
    for metric, words in known.metrics:
        yield f"{words!r} means {metric.expression}"
    for term, words in known.terms:
        yield f"{words!r} means rows of {term.table} where {term.condition}"
    for role, words in known.roles:
        yield f"{words!r} means the {role.target.table} of {ref_text(role.source)}"
    yield from _definitions(known)
    for each in _alike(known):
        yield f"Checked: {each.question} {each.sql}"
    for part in known.knowledge.parts:
        if part.description and _is_linked(part, state):
            yield f"{_written(part)}: {part.description}"


def _definitions(known: TurnKnowledge) -> Iterator[str]:
    """Write the definitions that the question names, each before what it builds on."""
    all_of, written = {each.name.casefold(): each for each in known.knowledge.definitions}, set[str]()
    waiting = list(known.definitions)
    while waiting:
        each = waiting.pop(0)
        if each.name.casefold() not in written:
            written.add(each.name.casefold())
            yield each.text if each.text.startswith(each.name) else f"{each.name}: {each.text}"
            waiting += [all_of[name.casefold()] for name in each.builds_on if name.casefold() in all_of]


def _written(part: NamedPart) -> str:
    return ref_text(part.part) if part.part.column else part.part.table


def _is_linked(part: NamedPart, state: GraphState) -> bool:
    links = state.schema_links
    return links is None or any(link.column == part.part for link in links.columns)


def _alike(known: TurnKnowledge) -> list[VerifiedQuestion]:
    """Return the verified questions that share the most words with this one."""
    own = _stems(known.utterance)

    def shared(each: VerifiedQuestion) -> float:
        other = _stems(Utterance.of(each.question))
        return len(own & other) / (len(own | other) or 1)

    ranked = sorted(known.knowledge.questions, key=shared, reverse=True)
    return [each for each in ranked[:MOST_QUESTIONS] if shared(each) >= LEAST_SHARED]


def _stems(utterance: Utterance) -> frozenset[str]:
    return frozenset(word.stem for word in utterance.words)
