from nodes.plan import Plan
from value_index.schema import Schema
def with_joins(plan: Plan, schema: Schema) -> Plan:
    return plan
