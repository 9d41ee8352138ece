"""events_with_depth: the parts of a YAML text in order, before any of them is built: a few lines of YAML can swell to much."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

DEEPEST = 30
"""Lists and mappings in each other that a file may have: a suite has seven, a semantic model about ten."""
LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""PyYAML's reader in C where it was built with it: twenty times as fast on a long file."""


def events_with_depth(text: str) -> Iterator[tuple[yaml.Event, int]]:
    """Yield the events of a text, each with the number of lists and mappings that it is in.

    >>> [depth for event, depth in events_with_depth("- [a]") if isinstance(event, yaml.ScalarEvent)]
    [2]

    Raises:
        YAMLError: it is no YAML.
    """
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        yield event, depth
