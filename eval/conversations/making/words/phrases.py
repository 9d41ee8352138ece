"""Ways to say a condition after the things that it is about, and what the most and the least of a column are called.

"the airlines *from France*", "the orders *with a total above 50*": every behaviour that has a condition may say it so.
"""

from __future__ import annotations

CONDITIONS: dict[str, tuple[str, ...]] = {
    "equal": (
        "with {column} {value}",
        "whose {column} is {value}",
        "with {value} as {column}",
        "where the {column} is {value}",
        "that have {value} as their {column}",
        "with the {column} {value}",
        "with a {column} of {value}",
        "having {column} {value}",
    ),
    "equal, place": ("from {value}", "in {value}", "whose {column} is {value}", "located in {value}"),
    "equal, origin": ("from {value}", "whose {column} is {value}"),
    "equal, kind": (
        "of {column} {value}",
        "with {column} {value}",
        "that are of the {column} {value}",
        "whose {column} is {value}",
    ),
    "equal, state": (
        "with {column} {value}",
        "whose {column} is {value}",
        "in {column} {value}",
        "that have the {column} {value}",
    ),
    "not equal": (
        "whose {column} is not {value}",
        "with a {column} other than {value}",
        "where the {column} isn't {value}",
        "with any {column} but {value}",
    ),
    "above": (
        "with {column} above {low}",
        "whose {column} is more than {low}",
        "with a {column} over {low}",
        "with a {column} greater than {low}",
        "where the {column} exceeds {low}",
        "whose {column} is higher than {low}",
        "with {column} > {low}",
        "with a {column} of more than {low}",
    ),
    "below": (
        "with {column} below {low}",
        "whose {column} is less than {low}",
        "with a {column} under {low}",
        "with a {column} smaller than {low}",
        "where the {column} is below {low}",
        "whose {column} is lower than {low}",
        "with {column} < {low}",
        "with a {column} of less than {low}",
    ),
    "at least": (
        "with a {column} of at least {low}",
        "whose {column} is {low} or more",
        "with {column} {low} or higher",
        "with a {column} of {low} and up",
        "with {column} >= {low}",
        "whose {column} is at least {low}",
    ),
    "at most": (
        "with a {column} of at most {low}",
        "whose {column} is {low} or less",
        "with {column} no higher than {low}",
        "with a {column} of up to {low}",
        "with {column} <= {low}",
        "whose {column} is at most {low}",
    ),
    "above average": (
        "with an above average {column}",
        "whose {column} is above the average",
        "with a {column} higher than the average",
        "with more than the average {column}",
    ),
    "between": (
        "with {column} between {low} and {high}",
        "whose {column} is between {low} and {high}",
        "with a {column} from {low} to {high}",
        "with a {column} between {low} and {high}",
    ),
    "year": (
        "with {column} in {low}",
        "whose {column} is in {low}",
        "with a {column} in {low}",
        "whose {column} falls in {low}",
    ),
    "before": (
        "with {column} before {low}",
        "whose {column} is before {low}",
        "with a {column} earlier than {low}",
        "whose {column} lies before {low}",
    ),
    "since": (
        "with {column} since {low}",
        "whose {column} is {low} or later",
        "with a {column} on or after {low}",
        "with {column} from {low} on",
    ),
    "in a year": (
        "of the {column} {low}",
        "whose {column} is {low}",
        "with {column} {low}",
        "with {low} as {column}",
    ),
    "since a year": (
        "with {column} {low} or later",
        "whose {column} is {low} or later",
        "with a {column} from {low} on",
        "whose {column} is not before {low}",
    ),
    "before a year": (
        "with a {column} before {low}",
        "whose {column} is before {low}",
        "with a {column} earlier than {low}",
        "whose {column} lies before {low}",
    ),
    "quarter": (
        "with {column} in the {low}",
        "whose {column} is in the {low}",
        "with a {column} in the {low}",
        "whose {column} falls in the {low}",
    ),
    "days before": (
        "with {column} in the {n} days before {low}",
        "whose {column} is in the {n} days before {low}",
        "with a {column} within the {n} days before {low}",
        "whose {column} falls in the {n} days leading up to {low}",
    ),
    "either": (
        "with {column} {value} or {second}",
        "whose {column} is {value} or {second}",
        "that have {value} or {second} as {column}",
        "with a {column} of {value} or {second}",
    ),
    "neither": (
        "with neither {value} nor {second} as {column}",
        "whose {column} is neither {value} nor {second}",
        "that have {column} neither {value} nor {second}",
        "whose {column} is not {value} and not {second}",
    ),
    "flag": ("that are {column}", "which are {column}"),
    "flag noun": (
        "where {column} is yes",
        "marked {column}",
        "with {column} set to yes",
        "whose {column} is yes",
    ),
    "missing": ("without a {column}", "that have no {column}", "with no {column}", "whose {column} is missing"),
    "not missing": ("that have a {column}", "with a {column}", "whose {column} is known", "that do have a {column}"),
    "missing number": (
        "whose {column} is not known",
        "whose {column} is missing",
        "with an unknown {column}",
        "where the {column} is not recorded",
    ),
    "not missing number": (
        "whose {column} is known",
        "with a known {column}",
        "where the {column} is recorded",
        "whose {column} is filled in",
    ),
    "start": (
        "whose {column} starts with {value}",
        "with a {column} beginning with {value}",
        "whose {column} begins with {value}",
        "with a {column} that starts with {value}",
    ),
    "part": (
        "whose {column} contains {value}",
        "with {value} in their {column}",
        "that have {value} in the {column}",
        "with a {column} containing {value}",
    ),
    "parent": (
        "whose {role} is {value}",
        "of the {role} {value}",
        "that belong to the {role} {value}",
        "with {role} {value}",
        "of {role} {value}",
        "for the {role} {value}",
    ),
    "parent column": (
        "whose {role} has {column} {value}",
        "with a {role} whose {column} is {value}",
        "where the {column} of the {role} is {value}",
        "whose {role}'s {column} is {value}",
    ),
    "parent place": (
        "whose {role} is from {value}",
        "with a {role} from {value}",
        "of a {role} from {value}",
        "that have a {role} in {value}",
    ),
    "child": (
        "that have a {child} with {column} {value}",
        "with at least one {child} whose {column} is {value}",
        "that have any {children} with {column} {value}",
        "with a {child} whose {column} is {value}",
    ),
    "linked with": (
        "with the {child} {value}",
        "that have {value} among their {children}",
        "with {value} as one of their {children}",
        "with {value} among their {children}",
    ),
    "no child": (
        "without any {children}",
        "that have no {children}",
        "with no {child} at all",
        "that do not have any {children}",
    ),
    "some child": (
        "that have {children}",
        "with at least one {child}",
        "that have any {children}",
        "with some {children}",
    ),
    "many children": (
        "with more than {words} {children}",
        "that have more than {n} {children}",
        "with over {n} {children}",
        "having more than {words} {children}",
    ),
}
"""Conditions by what they are."""

PLACES = frozenset(("country", "city", "state", "town", "county", "region", "continent", "district", "hometown"))
KINDS = frozenset(("type", "kind", "category", "class", "genre", "style"))
STATES = frozenset(("status", "state", "phase", "stage"))

MOST: dict[str, tuple[str, str]] = {
    "price": ("most expensive", "cheapest"), "cost": ("most expensive", "cheapest"), "fee": ("most expensive", "cheapest"),
    "age": ("oldest", "youngest"), "height": ("tallest", "shortest"), "weight": ("heaviest", "lightest"),
    "length": ("longest", "shortest"), "duration": ("longest", "shortest"), "speed": ("fastest", "slowest"),
    "salary": ("best paid", "worst paid"), "area": ("largest", "smallest"), "capacity": ("largest", "smallest"),
    "size": ("largest", "smallest"), "population": ("most populous", "least populous"), "rating": ("best rated", "worst rated"),
    "score": ("best scoring", "worst scoring"),
}  # fmt: skip
"""What the most and the least of a column are called, by the column's last word."""


def half_of(phrases: tuple[str, ...], which: str) -> tuple[str, ...]:
    """Return all of some phrases, or one of two halves that share none."""
    return phrases if which == "all" else phrases[which == "b" :: 2]
