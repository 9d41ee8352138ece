"""The validator's rules, one a file.

Every function imported here is a rule; the order of the lines is the order in which findings are told.
"""
# ruff: noqa: I001

from nodes.sql.validation.rules.syntax import set_operation as set_operation
from nodes.sql.validation.rules.syntax import misplaced_aggregate as misplaced_aggregate
from nodes.sql.validation.rules.names import unknown_table as unknown_table
from nodes.sql.validation.rules.names import unknown_column as unknown_column
from nodes.sql.validation.rules.names import wrong_table as wrong_table
from nodes.sql.validation.rules.names import ambiguous as ambiguous
from nodes.sql.validation.rules.type_mismatch import type_mismatch as type_mismatch
from nodes.sql.validation.rules.bare_column import bare_column as bare_column
from nodes.sql.validation.rules.join_off_key import join_off_key as join_off_key
from nodes.sql.validation.rules.fan_out import fan_out as fan_out
from nodes.sql.validation.rules.always_empty import always_empty as always_empty
from nodes.sql.validation.rules.repeated_condition import repeated_condition as repeated_condition
from nodes.sql.validation.rules.key_arithmetic import key_arithmetic as key_arithmetic
from nodes.sql.validation.rules.unrelated_keys import unrelated_keys as unrelated_keys
from nodes.sql.validation.rules.foreign_value import foreign_value as foreign_value
from nodes.sql.validation.rules.repeated_rows import repeated_rows as repeated_rows
