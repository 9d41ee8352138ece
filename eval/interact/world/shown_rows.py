"""shown_rows: a result as the agent reads it: 100 rows, 500 words."""

from __future__ import annotations

from eval.interact.judge.execution import Execution

ROWS = 100
WORDS = 500
CELL = 100
"""Characters of a cell."""
RULE = 200
"""The longest line under the heads."""


def shown_rows(found: Execution) -> str:
    """Return the rows as text.

    >>> print(shown_rows(Execution(columns=("a", "b"), rows=((1, None), (2, "x")))))
    a | b
    -----
    1 | None
    2 | x
    """
    if found.rows is None:
        return "Query executed successfully."
    if not found.rows:
        return "Query executed, empty result set."
    head = " | ".join(found.columns)
    lines = [head, "-" * min(len(head), RULE)]
    lines += [" | ".join(str(cell)[:CELL] for cell in row) for row in found.rows[:ROWS]]
    text = "\n".join(lines)
    words = text.split()
    return text if len(words) <= WORDS else f"{' '.join(words[:WORDS])}..."
