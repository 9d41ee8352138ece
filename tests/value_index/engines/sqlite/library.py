"""A file with virtual tables of every kind, and things that only another program can read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SCRIPT = """
CREATE TABLE article (id INTEGER PRIMARY KEY, title TEXT, author TEXT, tags TEXT);
INSERT INTO article VALUES (1, 'Growing tomatoes', 'Ada Reed', '["new","web"]'), (2, 'Winter soups', 'Ben Holt', '[]');
CREATE INDEX tag ON article (json_extract(tags, '$[0]'));
CREATE VIEW tagged AS SELECT title, json_extract(tags, '$[0]') AS tag FROM article;
CREATE VIRTUAL TABLE search USING fts5(title, author, content='article', content_rowid='id');
INSERT INTO search (search) VALUES ('rebuild');
CREATE VIRTUAL TABLE mail USING fts5(subject, content='');
INSERT INTO mail (rowid, subject) VALUES (7, 'a letter');
CREATE VIRTUAL TABLE [old notes] USING fts4(note);
INSERT INTO [old notes] VALUES ('water the roses');
CREATE VIRTUAL TABLE older USING fts3(note);
INSERT INTO older VALUES ('prune the apple tree');
CREATE VIRTUAL TABLE bed USING rtree(id, x0, x1, y0, y1);
INSERT INTO bed VALUES (1, 0, 2, 0, 3);
CREATE VIRTUAL TABLE words USING fts5vocab(search, row);
CREATE TABLE search_log (asked TEXT);
INSERT INTO search_log VALUES ('Harvest festival');
"""


def make_library(path: Path) -> Path:
    """Write the file."""
    connection = sqlite3.connect(path)
    connection.executescript(SCRIPT)
    connection.close()
    return path
