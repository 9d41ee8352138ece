"""The plan grammar is LL(1), and its states follow a plan symbol by symbol."""

from __future__ import annotations

import pytest

from nodes.compact.grammar import FIRST, RULES, Pointer, State, Symbol, terminal_of

T, C, V = Pointer("table", 0), Pointer("column", 3), Pointer("value", 0)
QUERY: tuple[Symbol, ...] = (
    "from", T, "select", "count", "star", "where", C, "in", "(", "from", T, "select", C, "where", C, ">", V, ")",
    "group", C, "having", "count", "star", ">=", "'2'", "order", "desc", "count", "star", "limit", "'1'", "end",
)  # fmt: skip


def test_no_two_alternatives_begin_alike():
    for name, alternatives in RULES.items():
        starts = [FIRST.get(part[0], frozenset({part[0]})) for part in alternatives if part and part[0] != "{"]
        assert sum(len(start) for start in starts) == len(frozenset().union(*starts)), name


def test_a_query_is_followed_to_its_end():
    state = State()
    for symbol in QUERY:
        assert terminal_of(symbol) in state.terminals()
        state = state.advance(symbol)
    assert state.done


def test_scopes_open_and_close_with_their_queries():
    state, seen = State(), []
    for symbol in QUERY[:-1]:
        state = state.advance(symbol)
        seen.append(len(state.scopes))
    assert max(seen) == 2
    assert state.scopes == ((0,),)


def test_a_symbol_out_of_place_is_refused():
    with pytest.raises(ValueError, match="may not follow"):
        State().advance("select")
    with pytest.raises(ValueError, match="may not follow"):
        State().advance("from").advance(C)
