"""requirements: everything that the words of a turn ask a plan to hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.amounts import amount_requirements
from nodes.coverage.requirements.coded import coded_requirements
from nodes.coverage.requirements.dates import date_requirements
from nodes.coverage.requirements.flags import flag_requirements
from nodes.coverage.requirements.lateness import late_requirements
from nodes.coverage.requirements.names import name_requirements
from nodes.coverage.requirements.nulls import null_requirements
from nodes.coverage.requirements.number_alone import number_alone
from nodes.coverage.requirements.numbers import number_requirements
from nodes.coverage.requirements.own_bounds import bound_requirements
from nodes.coverage.requirements.part_names import part_name_requirements
from nodes.coverage.requirements.patterns import pattern_requirements
from nodes.coverage.requirements.states import state_requirements
from nodes.coverage.requirements.values import value_requirements
from nodes.coverage.requirements.weekdays import weekday_requirements
from nodes.coverage.requirements.zeros import zero_requirements

READERS: tuple[Callable[[Inquiry], Iterator[Requirement]], ...] = (
    pattern_requirements,
    date_requirements,
    weekday_requirements,
    value_requirements,
    coded_requirements,
    flag_requirements,
    late_requirements,
    bound_requirements,
    null_requirements,
    state_requirements,
    zero_requirements,
    number_requirements,
    amount_requirements,
    number_alone,
    part_name_requirements,
    name_requirements,
)
"""The readers; of two requirements about the same words, the one read first stays."""


def requirements(inquiry: Inquiry) -> tuple[Requirement, ...]:
    """Return the requirements of a turn, in the order of the words."""
    found: list[Requirement] = []
    for reader in READERS:
        for each in reader(inquiry):
            if not any(each.start < other.end and other.start < each.end for other in found):
                found.append(each)
    return tuple(sorted(found, key=lambda each: each.start))
