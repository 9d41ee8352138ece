"""Column matching: right, and fast where many columns look alike."""

from __future__ import annotations

import random
import time
from itertools import islice

from eval.scoring.verdicts.columns import column_orders


def test_twenty_six_shuffled_columns_are_found() -> None:
    chance = random.Random(7)
    gold = [tuple(chance.randrange(1_000) for _ in range(26)) for _ in range(10_000)]
    order = chance.sample(range(26), 26)
    predicted = [tuple(row[i] for i in order) for row in gold]
    chance.shuffle(predicted)
    started = time.process_time()
    found = list(islice(column_orders(gold, predicted, None), 2))
    assert found == [[order.index(i) for i in range(26)]]
    assert time.process_time() - started < 2.0


def test_columns_of_the_same_cells_are_told_apart_by_their_rows() -> None:
    chance = random.Random(7)
    columns = [chance.sample(range(500), 500) for _ in range(20)]
    gold = list(zip(*columns, strict=True))
    predicted = [tuple(reversed(row)) for row in gold]
    chance.shuffle(predicted)
    assert list(column_orders(gold, predicted, None)) == [list(range(19, -1, -1))]


def test_interchangeable_columns_end_the_search_early() -> None:
    rows = [tuple([1] * 26) for _ in range(1_000)]
    assert len(list(islice(column_orders(rows, rows, None), 2))) == 2


def test_rows_that_only_agree_column_by_column_differ() -> None:
    gold = [(1, 1), (2, 2)]
    assert list(column_orders(gold, [(1, 2), (2, 1)], None)) == []


def test_equal_hashes_are_not_equal_cells() -> None:
    assert hash(-1) == hash(-2)
    assert list(column_orders([(-1, 0)], [(-2, 0)], None)) == []


def test_rows_change_places_within_their_group_only() -> None:
    gold = [(1, "a"), (2, "b"), (3, "c")]
    swapped = [(2, "b"), (1, "a"), (3, "c")]
    assert list(column_orders(gold, swapped, [0, 0, 1])) == [[0, 1]]
    assert list(column_orders(gold, swapped, [0, 1, 2])) == []
