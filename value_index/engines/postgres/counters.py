"""What the server counts: how large tables are, and what was written since."""

from __future__ import annotations

import hashlib

from value_index.engines.postgres.reflection import Ask, literal

EXACT = 1_000
"""Writes up to which each one is a new state; beyond, a tenth more is: a table that is always written is not always read."""
_SIZES = """
SELECT c.relname, pg_relation_size(c.oid)::bigint FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND n.nspname = ANY (ARRAY[{schemas}]::name[])
ORDER BY array_position(ARRAY[{schemas}]::name[], n.nspname) DESC
"""
_STATE = """
SELECT md5(string_agg(concat_ws(',', c.oid, c.relfilenode, c.relnatts, CASE
  WHEN pg_is_in_recovery() THEN c.reltuples
  WHEN s.writes <= {exact} THEN s.writes ELSE {exact} + floor(ln(s.writes / {exact}.0) / ln(1.1)) END), ';' ORDER BY c.oid))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
  + pg_stat_get_tuples_deleted(c.oid) AS writes) s
WHERE c.relkind IN ('r', 'm', 'v', 'f', 'p') AND n.nspname = ANY (ARRAY[{schemas}]::name[])
"""


def table_bytes(ask: Ask, search_path: tuple[str, ...]) -> dict[str, int]:
    """Return the bytes of each table, without its indexes and long values; of two of one name, of the one that is asked."""
    return dict(ask(_in(search_path, _SIZES)))


def state(ask: Ask, address: str, search_path: tuple[str, ...]) -> str:
    """Return a key that changes when tables are written, made or dropped; on a copy of a server, when it analyses them."""
    rows = ask(_in(search_path, _STATE).replace("{exact}", str(EXACT)))
    return hashlib.blake2b(repr((address, rows)).encode(), digest_size=16).hexdigest()


def _in(search_path: tuple[str, ...], sql: str) -> str:
    return sql.replace("{schemas}", ", ".join(map(literal, search_path)))
