"""load_knowledge: the files of `--knowledge` and the database's own comments, checked against what the database has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nodes.knowledge.compiled import metric_problem, term_problem
from nodes.knowledge.defined.known import with_defined
from value_index.database import Database
from value_index.knowledge.comments import of_comments
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.read import read_knowledge
from value_index.knowledge.store import Knowledge
from value_index.schema import ForeignKey, Schema


def load_knowledge(paths: Iterable[Path], database: Database, *, match_descriptions: bool = False) -> Knowledge | None:
    """Read what is known about a database; None if nothing is.

    Raises:
        KnowledgeError: a file is missing, of no known form, or says what the database does not bear out.
    """
    given = tuple(paths)
    known = read_knowledge(given, database).with_more(of_comments(database.schema))
    for entry, problem in (
        *((metric, metric_problem(metric, database.schema)) for metric in known.metrics),
        *((term, term_problem(term, database.schema)) for term in known.terms),
    ):
        if problem and problem.cause in ("syntax", "statement", "unknown_table", "unknown_column"):
            raise KnowledgeError(f"{entry.source}: {entry.name!r}: {problem}")
    told = with_defined(known, database.schema).model_copy(update={"match_descriptions": match_descriptions})
    return told if given or known != Knowledge() else None


def known_schema(schema: Schema, known: Knowledge | None) -> Schema:
    """Return the schema with the keys that the knowledge names and the database does not declare."""
    declared = {(key.source.folded, key.target.folded) for key in schema.foreign_keys}
    roles = known.joins if known else ()
    new = {(role.source.folded, role.target.folded): role for role in roles}
    added = tuple(
        ForeignKey(source=role.source, target=role.target) for ends, role in new.items() if ends not in declared
    )
    if not added:
        return schema
    fields = {name: getattr(schema, name) for name in Schema.model_fields}
    return Schema.model_validate(fields | {"foreign_keys": (*schema.foreign_keys, *added)})
