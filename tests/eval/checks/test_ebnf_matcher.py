from __future__ import annotations

import pytest

from eval.checks.ebnf_matcher import Grammar


@pytest.mark.parametrize(
    ("rules", "fit", "do_not"),
    [
        ('root ::= "a" | "bc"', ("a", "bc"), ("", "b", "abc")),
        ('root ::= "a"? [b-d]+ "\\"\\u0065\\\\"', ('ab"e\\', 'cc"e\\'), ('a"e\\', 'ab"e')),
        ('root ::= x ("," x){1,2}\nx ::= [^,]*', (",", "a,b", "a,b,c"), ("a", "a,b,c,d")),
        ('root ::= "(" root ")" | "x"{2}', ("xx", "((xx))"), ("x", "((xx)", "xxx")),
        ('root ::= ("a" | "ab") ("c" | "bc")', ("ac", "abc", "abbc"), ("a", "abb")),
        ('root ::= ("" | "a"){0,3} "b"', ("b", "aaab"), ("aaaab",)),
    ],
)
def test_texts_that_fit(rules: str, fit: tuple[str, ...], do_not: tuple[str, ...]) -> None:
    grammar = Grammar(rules)
    assert [text for text in (*fit, *do_not) if grammar.fits(text)] == list(fit)


@pytest.mark.parametrize("rules", ["root ::= &", 'root ::= ("a"', "root ::= *"])
def test_no_grammar(rules: str) -> None:
    with pytest.raises(ValueError, match="no rule"):
        Grammar(rules)
