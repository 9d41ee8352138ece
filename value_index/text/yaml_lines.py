"""line_of: the line of a YAML file on which a part of it stands, for messages."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


def line_of(node: yaml.Node | None, place: Sequence[str | int | float]) -> int:
    """Return the line, from 1, of the deepest part that the file has on a path of keys and indexes.

    Args:
        node: the whole document; None if it is empty.
        place: a step that the file does not have, such as the name of a type, is passed over.

    >>> line_of(yaml.compose("a: 1\\nb:\\n- x\\n- y\\n"), ("b", 1))
    4
    """
    line = node.start_mark.line + 1 if node else 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if str(pair[0].value) == str(step)), None)
            if pair is not None:
                line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            inner: yaml.Node = node.value[step]
            line, node = inner.start_mark.line + 1, inner
    return line
