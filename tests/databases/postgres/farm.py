"""A small database: keys, a view, other schemas, comments, mixed-case names, and types that SQLite does not have."""

from __future__ import annotations

from tests.databases.postgres.server import Server

TEXT = r'''
CREATE TABLE farm (id integer PRIMARY KEY, name text NOT NULL, founded date, organic boolean, "Mixed Case" varchar(20));
CREATE TYPE kind AS ENUM ('cow', 'goat');
CREATE TYPE spot AS (x integer, y integer);
CREATE DOMAIN weight_kg AS numeric(8, 2) CHECK (VALUE > 0);
CREATE TABLE animal (
    tag integer PRIMARY KEY, kind kind, farm_id integer REFERENCES farm (id), weight weight_kg, names text[], home spot,
    fed interval, born timestamp, seen timestamptz, photo bytea, code uuid, extra json, more jsonb, years int4range, place point,
    ip inet, price money, letter char(3), note xml
);
COMMENT ON TABLE farm IS 'Where animals live';
COMMENT ON COLUMN animal.tag IS 'The number in the ear';
CREATE VIEW heavy AS SELECT tag, weight FROM animal WHERE weight > 100;
CREATE MATERIALIZED VIEW light AS SELECT tag, weight FROM animal WHERE weight <= 100;
CREATE TABLE "Stall" ("Id" integer PRIMARY KEY, "farmId" integer REFERENCES farm (id), "say ""hi""" text);
CREATE TABLE reading (at date, value integer) PARTITION BY RANGE (at);
CREATE TABLE reading_2020 PARTITION OF reading FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE SCHEMA archive;
CREATE TABLE archive.sale (day date, price double precision, PRIMARY KEY (day, price));
CREATE TABLE archive.farm (id integer);
CREATE SEQUENCE counter;
CREATE FUNCTION touch() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN DELETE FROM animal; RETURN 1; END $$;
CREATE FUNCTION quiet() RETURNS integer LANGUAGE plpgsql STABLE AS $$ BEGIN DELETE FROM animal; RETURN 1; END $$;
INSERT INTO farm VALUES (1, 'Hill', '1990-05-01', true, 'a'), (2, 'Dale', NULL, false, 'b');
INSERT INTO animal VALUES
    (1, 'cow', 1, 450.5, '{Bella}', (1, 2), '2 days', '2020-01-02 10:00:00', '2020-01-02 10:00:00+00', '\xAA',
     '00000000-0000-0000-0000-000000000001', '{"a": 1}', '{"a": 1}', '[1,3)', '(1,2)', '10.0.0.1', '12.50', 'ab', '<a/>'),
    (2, 'goat', 2, 60, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "Stall" VALUES (1, 1, 'north'), (2, 1, 'south');
INSERT INTO reading VALUES ('2020-05-05', 3);
INSERT INTO archive.sale VALUES ('2021-02-03', 12.5);
REFRESH MATERIALIZED VIEW light;
ANALYZE;
'''


def make_farm(server: Server, name: str = "farm") -> str:
    """Make the database; return its address."""
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    with server.connect(name) as connection:
        connection.execute(TEXT.encode())
        if "dblink" in {row[0] for row in connection.execute("SELECT name FROM pg_available_extensions")}:
            connection.execute("CREATE EXTENSION dblink; CREATE EXTENSION adminpack; CREATE EXTENSION file_fdw")
    return server.address(name)
