"""undetermined: columns shown beside groups that do not fix them.

`SELECT album.title, count(*) FROM artist JOIN album ... GROUP BY artist.artist_id`: which of the titles is chance.
"""

from __future__ import annotations

from nodes.coverage.rows import fixed_sources, occurrence, source
from nodes.plan import ColumnTerm, Plan
from value_index.schema import Schema


def undetermined(plan: Plan, schema: Schema) -> int:
    """Return how many shown columns stand beside a group by a table's key that does not fix them.

    The titles of an artist's albums beside `GROUP BY artist.id`: which of them is shown is chance. A key that leads from
    the grouped table on (the country of a city) does fix what it leads to.
    """
    fixed = fixed_sources(plan, schema)
    if not fixed:
        return 0
    known = {occurrence(term) for term in plan.group_by if isinstance(term, ColumnTerm)}
    shown = [term for term in plan.select if isinstance(term, ColumnTerm)]
    return sum(source(term) not in fixed and occurrence(term) not in known for term in shown)
