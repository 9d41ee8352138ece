"""DIALECT: what models that learnt other dialects get wrong in SQLite, in a few lines of a prompt."""

DIALECT = """SQLite: quote texts with ' and odd names with ". There is no TOP, ILIKE, FULL OUTER of old versions, YEAR() or DATEDIFF():
use LIMIT, LIKE (letters in any case), strftime('%Y', x), julianday(x) - julianday(y). A number stored as text is compared
as text: CAST(x AS REAL) first. 1 / 2 is 0: write 1.0 * x / y. Count each thing once: count(DISTINCT x) behind a join.
"The most" is ORDER BY ... DESC LIMIT 1, and what it is ordered by is shown only if it is asked for."""
