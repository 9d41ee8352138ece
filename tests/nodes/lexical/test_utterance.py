"""Words, stems, spans and segments of an utterance."""

from __future__ import annotations

from nodes.lexical.utterance import MAX_WORDS, Utterance, name_words


def test_words_lose_case_and_possessives() -> None:
    assert [word.text for word in Utterance.of("The Author's first_name, in 1,200 books").words] == [
        "the", "author", "first", "name", "in", "1,200", "books"]  # fmt: skip


def test_phrases_match_whole_words_only() -> None:
    utterance = Utterance.of("Show more, no less than two.")
    assert utterance.has("less than")
    assert not utterance.has("ess than")
    assert utterance.find("than") == (4,)


def test_a_span_of_characters_is_a_span_of_words() -> None:
    utterance = Utterance.of("books by Ada Marsh")
    assert utterance.span(9, 18) == (2, 4)
    assert utterance.span(100, 110) == (0, 0)


def test_segments_of_a_folded_clarification() -> None:
    assert Utterance.of("which one? | do you mean the title? | yes").segments == (0, 2, 7)
    assert Utterance.of("plain").segments == (0,)
    assert Utterance.of("").segments == (0,)


def test_quotations() -> None:
    utterance = Utterance.of('titled "Salt Roads" please')
    assert utterance.is_quoted(1)
    assert utterance.quoted_end(1) == 3
    assert utterance.quoted_end(0) == 1


def test_a_long_text_is_read_up_to_a_bound() -> None:
    assert len(Utterance.of("word " * 20_000).words) == MAX_WORDS


def test_names_split_at_case_and_underscores() -> None:
    assert name_words("StuID") == ("stu", "id")
    assert name_words("first_name") == ("first", "name")


def test_a_verb_and_its_particle_make_a_noun() -> None:
    utterance = Utterance.of("users who logged in or signed up yesterday")
    assert [utterance.compound(at) for at in range(len(utterance.words))] == [
        None, None, "login", None, None, "signup", None, None]  # fmt: skip
