"""Ferries, their skippers and harbours, to ask on about: what edits make of plans, and the features that plans have."""

from __future__ import annotations

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.following import FollowingFeatures
from nodes.compact.ranking.features.moves import MoveFeatures
from nodes.compact.ranking.features.references import ReferenceFeatures
from nodes.coverage.demand import Demand
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from tests.nodes.coverage.asking import state_of

FERRIES = """
CREATE TABLE harbour (harbour_id INTEGER PRIMARY KEY, name TEXT, country TEXT, opened_on DATE);
CREATE TABLE skipper (skipper_id INTEGER PRIMARY KEY, full_name TEXT, birth_date DATE, hired_on DATE, left_on DATE,
  died_year INTEGER, phone TEXT, harbour_id INTEGER REFERENCES harbour);
CREATE TABLE ferry (ferry_id INTEGER PRIMARY KEY, label TEXT, builder TEXT, tons REAL);
CREATE TABLE crossing (crossing_id INTEGER PRIMARY KEY, ferry_id INTEGER REFERENCES ferry, skipper_id INTEGER REFERENCES skipper,
  harbour_id INTEGER REFERENCES harbour, sailed_on DATE, state TEXT);
INSERT INTO harbour VALUES (1, 'Oban', 'Scotland', '1990-01-01'), (2, 'Larne', 'Ireland', '2001-05-05'), (3, 'Cork', 'Ireland', '1980-02-02');
INSERT INTO skipper VALUES (1, 'Una Bell', '1960-03-03', '2001-01-01', NULL, NULL, '12', 1), (2, 'Rab Dow', '1971-04-04', '2005-01-01', '2020-06-06', 2021, '34', 2),
  (3, 'Ina Rae', '1980-05-05', '2011-01-01', NULL, NULL, NULL, 3);
INSERT INTO ferry VALUES (1, 'Heron', 'Holm', 900), (2, 'Tern', 'Vaas', 700), (3, 'Gull', 'Holm', 300), (4, 'Skua', 'Orre', 500);
INSERT INTO crossing VALUES (1, 1, 1, 1, '2022-01-01', 'sailed'), (2, 2, 3, 2, '2022-06-01', 'cancelled'), (3, 1, 2, 3, '2023-02-01', 'sailed');
"""

HOLM = "SELECT label FROM ferry WHERE builder = 'Holm'"
BOTH = "SELECT label FROM ferry WHERE builder = 'Holm' OR builder = 'Vaas'"
VAAS = "SELECT label FROM ferry WHERE builder = 'Vaas'"


def fired(context: Context, utterance: str, sql: str, *before: str) -> set[str]:
    state = state_of(utterance, *before)
    evidence = Evidence.of(state, context)
    demand, parts = Demand.of(state, context, evidence), PlanParts(to_plan(sql, context.schema))
    found = {
        **MoveFeatures(demand, evidence.turn.earlier_plans).of(parts),
        **ReferenceFeatures(demand).of(parts),
        **FollowingFeatures(demand, evidence.turn.earlier_plans).of(parts),
    }
    return {name for name, value in found.items() if value}
