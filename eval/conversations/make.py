"""Make a suite: dialogues over one database, each turn sound by what it returns, deterministic by seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from eval.conversations.making.behaviours import FOLLOWING, OPENING
from eval.conversations.making.openings import things
from eval.conversations.making.query import GROUPED, Query
from eval.conversations.making.talk import Behaviour, Said, Step, Talk
from eval.conversations.making.words.nouns import plural
from eval.conversations.making.words.phrases import CONDITIONS, half_of
from eval.conversations.making.words.templates import half
from eval.conversations.making.words.wording import (
    agreed,
    capital,
    fillable,
    grammatical,
    lowered,
    of_one,
    with_typo,
    written,
)
from eval.conversations.making.world import Thing, World
from eval.conversations.suite_file import DialogueSpec, SuiteError, SuiteFile, TurnSpec
from eval.scoring.suite import Suites
from nodes.sql.errors import SQLError
from value_index.database import Database

Half = Literal["all", "a", "b"]
HALVES = get_args(Half)
MOST_ROWS = 2000
DEADLINE = 1.0
MOST_TURNS = 5
MOST_VAIN = 30
"""Unsound tries of a behaviour over one thing after which it is seldom tried."""
MOST_COPIED = 12
"""Steps of one suite that mutated copies of the database are asked about: each takes a second or two."""
GREETINGS = ("", "", "", "", "", "", "Thanks. ", "OK. ", "Good. ")


@dataclass(frozen=True)
class _Made:
    step: Step
    spec: TurnSpec


@dataclass
class Maker:
    """Draws dialogues over one database."""

    world: World
    draw: random.Random
    half: Half = "all"
    typos: float = 0.0
    """Share of utterances with one letter left out."""
    shown: Counter[str] | None = None

    def __post_init__(self) -> None:
        self.shown = Counter()
        self._vain = Counter[tuple[str, str]]()
        self._rows: dict[Query, tuple[Any, ...] | None] = {}
        self._copied = 0

    def dialogues(self, turns: int) -> Iterator[DialogueSpec]:
        """Yield dialogues until so many turns are made, the behaviours that were shown least before the others."""
        made, vain = 0, 0
        while made < turns and vain < 200:
            dialogue = self._dialogue()
            if len(dialogue) < 2:
                vain += 1
                continue
            made += len(dialogue)
            vain = 0
            yield DialogueSpec(turns=tuple(dialogue))

    def _dialogue(self) -> list[TurnSpec]:
        (thing,) = self.draw.choices(self.world.things, [_weight(each) for each in self.world.things])
        talk = Talk(self.world, thing, (), self.draw, self._answer)
        opened, out = thing, list[TurnSpec]()
        for place in range(self.draw.randint(3, MOST_TURNS)):
            found = self._turn(talk, OPENING if place == 0 else FOLLOWING)
            if found is None:
                break
            name, made = found
            out.append(made.spec)
            assert self.shown is not None
            self.shown[name] += 1
            if made.step.query is None:
                break
            thing = self.world.thing(made.step.query.table) or talk.thing
            queries = (*talk.queries, made.step.query)
            talk = replace(talk, thing=thing, queries=queries, used=talk.used | {name})
        if len(out) == 1:
            self._forget(opened, out[0].behaviour)
        return out

    def _forget(self, thing: Thing, opening: str) -> None:
        """Count an opening that nothing follows as not shown, and as tried in vain: such a dialogue is not written."""
        assert self.shown is not None
        self.shown[opening] -= 1
        self._vain[thing.table.name, opening] += MOST_VAIN // 3

    def _turn(self, talk: Talk, behaviours: dict[str, Behaviour]) -> tuple[str, _Made] | None:
        assert self.shown is not None
        names = [name for name in behaviours if name not in talk.used]
        self.draw.shuffle(names)
        names.sort(key=lambda name: self.shown[name] if self.shown else 0)
        for name in names:
            tried = (talk.thing.table.name, name)
            if self._vain[tried] > MOST_VAIN and self.draw.random() < 0.9:
                continue
            for _ in range(3):
                step = behaviours[name](talk)
                alike = self._alike(step, talk) if step is not None else None
                copies = bool(alike) and self._told_on_copies(name, step, alike, talk)
                sound = alike is not None and (copies or not alike)
                spec = self._spec(name, step, talk) if step is not None and sound else None
                if step is not None and spec is not None:
                    spec = spec.model_copy(update={"copies": copies})
                    self._vain[tried] = 0
                    return name, _Made(step, spec)
                self._vain[tried] += step is not None  # what cannot follow costs nothing, what is unsound a query
        return None

    def _alike(self, step: Step, talk: Talk) -> tuple[Query, ...] | None:
        """Return the typical failures of a behaviour that give the gold's rows: none, at best.

        None where the gold does not run, returns no rows, or leaves them to chance.
        """
        if step.query is None:
            return ()
        gold = self._answer(step.query)
        if gold and step.query.measure in GROUPED and any(row[0] is None for row in gold):
            return None
        if not gold or len(gold) > MOST_ROWS or all(cell is None for row in gold for cell in row):
            return None
        if step.query.limit is not None and not self._is_clear_cut(step.query):
            return None
        rivals = [*step.rivals, *_amnesiac(step.query, talk), *talk.queries[-1:]]
        ordered = step.query.order is not None or step.query.by_figure
        if ordered:
            rivals.append(step.query.but(order=None, by_figure=False))
        return tuple(rival for rival in rivals if rival != step.query and _same(gold, self._answer(rival), ordered))

    def _told_on_copies(self, name: str, step: Step | None, alike: Sequence[Query] | None, talk: Talk) -> bool:
        """Tell whether mutated copies of the database tell a gold from failures that its own rows do not.

        They are asked only about a behaviour that the database's own rows were tried for in vain.
        """
        assert self.shown is not None
        vain = self._vain[talk.thing.table.name, name] >= MOST_VAIN // 3
        if (
            step is None
            or step.query is None
            or not alike
            or self.shown[name]
            or not vain
            or self._copied >= MOST_COPIED
        ):
            return False
        self._copied += 1
        database, suites = self.world.database, Suites()
        try:
            gold = step.query.sql(database.schema)
            others = [each.sql(database.schema) for each in alike]
            return all(suites.judge(database, gold, sql, True).holds is False for sql in others)
        except (SQLError, ValueError):
            return False
        finally:
            suites.close()

    def _is_clear_cut(self, query: Query) -> bool:
        """Tell whether no tie runs through the last row that a limit lets pass."""
        assert query.limit is not None
        place = (query.offset or 0) + query.limit
        keys = self._answer(query.but(limit=place + 1, offset=None, measure="order keys", figured=query.is_figured))
        if keys is None or len(keys) < place or any(row[0] is None for row in keys):
            return False
        if query.offset and keys[query.offset - 1] == keys[query.offset]:
            return False
        return len(keys) <= place or keys[place - 1] != keys[place]

    def _answer(self, query: Query) -> tuple[Any, ...] | None:
        if query not in self._rows:
            self._rows[query] = self._executed(query)
        return self._rows[query]

    def _executed(self, query: Query) -> tuple[Any, ...] | None:
        try:
            sql = query.sql(self.world.database.schema)
        except (SQLError, ValueError):
            return None
        result = self.world.database.execute(sql, deadline=DEADLINE, max_rows=MOST_ROWS + 1)
        return tuple(tuple(row) for row in result.rows) if result.outcome in ("rows", "truncated") else None

    def _spec(self, name: str, step: Step, talk: Talk) -> TurnSpec | None:
        names = step.wording or (name,)
        if not step.wording and name in FOLLOWING and step.said and self.draw.random() < 0.5:
            names = ("narrowed",)
        *outer, inner = names
        ask = self._filled(inner, step, talk)
        if ask is None:
            return None
        for frame in reversed(outer):
            template = self.draw.choice(half(frame, self.half))
            ask = template.format(question=lowered(ask) if ": " in template else capital(ask))
        greeting = self.draw.choice(GREETINGS) if name in FOLLOWING and name != "topic changed" else ""
        ask = greeting + (capital(ask) if greeting else ask)
        if self.draw.random() < self.typos:
            ask = with_typo(ask, self.draw)
        if step.query is None:
            return TurnSpec(ask=ask, behaviour=name, fails=True)
        return TurnSpec(ask=ask, behaviour=name, sql=(step.query.sql(self.world.database.schema),))

    def _filled(self, name: str, step: Step, talk: Talk) -> str | None:
        """Draw a template and fill it; None where each asks for words that the step has not."""
        words = {key: written(value) for key, value in {**things(talk.thing), **step.words}.items()}
        for key, said in zip(("that", "also"), step.said, strict=False):
            words[key] = self._phrase(said)
        words |= {f"{key}_s": plural(value) for key, value in words.items()}
        templates = fillable(half(name, self.half), words)
        if not templates:
            return None
        template = self.draw.choice(templates)
        if "{one} {that}" in template:
            words["that"] = of_one(words["that"])
        ask = template.format(**words)
        for many, one in ((words.get("many"), words.get("one")), (words.get("children"), words.get("child"))):
            ask = re.sub(rf"\b(1|one) {many}\b", rf"\1 {one}", ask) if many and one else ask
        columns = words.get("columns", "")
        if columns and " and " not in columns and not columns.endswith("s"):
            ask = ask.replace(f"hat are the {columns}", f"hat is the {columns}")
        return grammatical(agreed(ask, words.get("column", "")))

    def _phrase(self, said: Said) -> str:
        phrase = self.draw.choice(half_of(CONDITIONS[said.kind], self.half))
        words = {key: written(value) for key, value in said.words.items()}
        return agreed(phrase.format(**words), words.get("column", ""))


def make_suite(
    database: Database, *, seed: int = 0, turns: int = 100, templates: Half = "all", typos: float = 0.0
) -> SuiteFile:
    """Make a suite over a database; the same seed makes the same suite.

    Args:
        turns: how many, at least.
        templates: one half of the words, to test on the other what was trained on this.
        typos: share of utterances with a letter left out.

    Raises:
        SuiteError: Nothing in the database can be talked about.
    """
    world = World.read(database)
    if not world.things:
        raise SuiteError(f"{database.schema.database_id!r} has no table with a few rows and a column to call them by")
    maker = Maker(world, random.Random(f"{seed}/{database.schema.database_id}"), templates, typos)
    dialogues = tuple(maker.dialogues(turns))
    if not dialogues:
        raise SuiteError(f"no sound conversation was found over {database.schema.database_id!r}")
    return SuiteFile(database=database.schema.database_id, seed=seed, templates=templates, dialogues=dialogues)


def _amnesiac(query: Query, talk: Talk) -> Iterator[Query]:
    """Yield the query without each filter that it keeps, and with each that it gave up."""
    before = talk.query.filters if talk.queries and talk.query.table == query.table else ()
    for each in query.filters:
        if each in before and query.measure != "share":
            yield query.but(filters=tuple(other for other in query.filters if other != each))
    for each in before:
        if each not in query.filters and each.key not in {other.key for other in query.filters} and not query.both:
            yield query.but(filters=(*query.filters, each)) if query.measure != "share" else query


def _same(gold: tuple[Any, ...], other: tuple[Any, ...] | None, ordered: bool) -> bool:
    if other is None:
        return False
    if ordered:
        return gold == other
    return Counter(map(repr, gold)) == Counter(map(repr, other))


def _weight(thing: Thing) -> int:
    """Return how much there is to say of a thing."""
    return 1 + 2 * sum(map(len, (thing.categories, thing.numbers, thing.days, thing.parents)))
