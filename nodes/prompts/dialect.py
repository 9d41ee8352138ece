"""DIALECTS: what models that learnt other dialects get wrong in an engine's, in a few lines of a prompt."""

from __future__ import annotations

from value_index.schema import Dialect

DIALECTS: dict[Dialect, str] = {
    "sqlite": """SQLite: quote texts with ' and odd names with ". There is no TOP, ILIKE, FULL OUTER of old versions, YEAR() or DATEDIFF():
use LIMIT, LIKE (letters in any case), strftime('%Y', x), julianday(x) - julianday(y). A number stored as text is compared
as text: CAST(x AS REAL) first. 1 / 2 is 0: write 1.0 * x / y. Count each thing once: count(DISTINCT x) behind a join.
"The most" is ORDER BY ... DESC LIMIT 1, and what it is ordered by is shown only if it is asked for.""",
    "postgres": """PostgreSQL: quote texts with ', and in " every name with a capital letter. LIKE heeds case: ILIKE does not. A date's year is
extract(YEAR FROM x); a text is no number: CAST(x AS numeric). 1 / 2 is 0: write 1.0 * x / y, and NULLIF(y, 0). Every column shown beside
an aggregate stands in GROUP BY. NULL sorts as the largest: ORDER BY x DESC NULLS LAST. Count each thing once: count(DISTINCT x) behind a join.
"The most" is ORDER BY ... DESC LIMIT 1, and what it is ordered by is shown only if it is asked for.""",
    "mysql": """MySQL: quote texts with ' and odd names with `. || is OR: write concat(x, y). There is no FULL JOIN, ILIKE or NULLS LAST. A date's year
is year(x), days between are datediff(x, y). x / y is never cut: DIV is. Every sub-query in FROM has an alias, and none behind IN has
a LIMIT. Count each thing once: count(DISTINCT x) behind a join.
"The most" is ORDER BY ... DESC LIMIT 1, and what it is ordered by is shown only if it is asked for.""",
    "ansi": """Standard SQL: quote texts with ', and every name in " exactly as the schema has it. There is no LIMIT: FETCH FIRST 5 ROWS ONLY ends
the query, OFFSET 2 ROWS before it. LIKE heeds case: upper(x) LIKE '%A%'. A date's year is extract(YEAR FROM x); a text is no number:
CAST(x AS DOUBLE PRECISION) first. 1 / 2 is 0: write 1.0 * x / y. Every column shown beside an aggregate stands in GROUP BY.
Say NULLS FIRST or NULLS LAST. Count each thing once: count(DISTINCT x) behind a join.""",
}
"""What a model is told of each engine; nothing of DuckDB."""
