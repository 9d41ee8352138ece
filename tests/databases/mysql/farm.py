"""A small database: keys, a view, mixed-case names, texts in several orders, and types that SQLite does not have."""

from __future__ import annotations

from tests.databases.mysql.server import Server

STATEMENTS = """
CREATE DATABASE farm CHARACTER SET utf8mb4
CREATE TABLE farm.farm (id int PRIMARY KEY, name varchar(40) NOT NULL, founded date, organic boolean, `Mixed Case` varchar(20) COLLATE utf8mb4_bin)
CREATE TABLE farm.animal (tag int unsigned PRIMARY KEY, kind enum('cow', 'goat'), farm_id int, weight decimal(8, 2), marks set('a', 'b'), born datetime(3), seen timestamp NULL, photo blob, more json, place point, year year, fed time, flags bit(4), note longtext CHARACTER SET latin1, FOREIGN KEY (farm_id) REFERENCES farm.farm (id))
CREATE VIEW farm.heavy AS SELECT tag, weight FROM farm.animal WHERE weight > 100
CREATE TABLE farm.`Stall` (`Id` int PRIMARY KEY, `farmId` int, `say ``hi``` text, FOREIGN KEY (`farmId`) REFERENCES farm.farm (id))
CREATE TABLE farm.many (n int PRIMARY KEY, word varchar(30))
INSERT INTO farm.farm VALUES (1, 'Hill', '1990-05-01', true, 'a'), (2, 'Dale', NULL, false, 'B')
INSERT INTO farm.animal VALUES (1, 'cow', 1, 450.5, 'a,b', '2020-01-02 10:00:00.5', '2020-01-02 10:00:00', x'AA', '{"a": 1}', point(1, 2), 2019, '10:30:00', b'101', 'Zo\u00eb'), (2, 'goat', 2, 60, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
INSERT INTO farm.`Stall` VALUES (1, 1, 'moo')
INSERT INTO farm.many SELECT seq, concat('word ', seq % 500) FROM seq_1_to_20000
CREATE FUNCTION farm.touch() RETURNS int BEGIN DELETE FROM farm.animal; RETURN 1; END
CREATE FUNCTION farm.tired() RETURNS int RETURN sleep(20)
CREATE SEQUENCE farm.counter
"""


def make_farm(server: Server) -> str:
    """Make the database; return its address."""
    server.run(*(line for line in STATEMENTS.splitlines() if line), database="mysql")
    return server.address("farm")
