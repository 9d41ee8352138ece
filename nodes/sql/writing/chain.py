"""chain: what a chain of || puts one behind the other."""

from __future__ import annotations

from nodes.plan import Arithmetic, Term


def chain(term: Term) -> list[Term]:
    """Return what a chain of || puts one behind the other.

    >>> from nodes.plan import LiteralTerm
    >>> a, b, c = (LiteralTerm(value=value) for value in "abc")
    >>> [each.value for each in chain(Arithmetic(operator="||", left=Arithmetic(operator="||", left=a, right=b), right=c))]
    ['a', 'b', 'c']
    """
    if isinstance(term, Arithmetic) and term.operator == "||":
        return [*chain(term.left), term.right]
    return [term]
