"""A small database and its schema, for the tests of SQL and plans."""

from __future__ import annotations

import sqlite3

from value_index.engines.sqlite.reflection import reflect
from value_index.schema import Schema

SCRIPT = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, "home town" TEXT, joined TEXT, referred_by INTEGER REFERENCES customer (id));
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT, price REAL, "order" INTEGER);
CREATE TABLE purchase (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customer (id),
  product_id INTEGER REFERENCES product (id),
  quantity INTEGER
);
CREATE TABLE invoice (purchase_id INTEGER PRIMARY KEY REFERENCES purchase (id), total REAL, currency TEXT);
CREATE TABLE note (body TEXT);
INSERT INTO customer VALUES (1, 'Ada', 'Lyon', '2020-01-05', NULL), (2, 'Ben', 'Oslo', '2021-03-04', 1), (3, 'Cy', 'Lyon', NULL, 1);
INSERT INTO product VALUES (1, 'cup', 2.5, 3), (2, 'jug', 9.0, 1), (3, 'tray', 4.25, 2);
INSERT INTO purchase VALUES (1, 1, 1, 4), (2, 1, 2, 1), (3, 2, 1, 2), (4, 3, 3, 7), (5, 1, 1, 1);
INSERT INTO invoice VALUES (1, 10.0, 'EUR'), (2, 9.0, 'EUR'), (3, 5.0, 'NOK'), (4, 29.75, 'EUR');
INSERT INTO note VALUES ('Ada'), ('name');
"""


def shop() -> sqlite3.Connection:
    """Return a fresh copy of the database, in memory."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCRIPT)
    return connection


def shop_schema() -> Schema:
    """Return its schema."""
    return reflect(shop(), "shop")
