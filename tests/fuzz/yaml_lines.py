"""YAML that was right once: lines dropped, repeated and exchanged, and whatever YAML can say."""

from __future__ import annotations

from hypothesis import strategies as st

MARKS = (
    "- ", "  ", ": ", "ask", "sql", "rows", "turns", "dialogues", "tables", "columns", "models", "datasets", "values", "&a ", "*a", "<<: *a",
    "!!python/object:os.system ", "!!binary ", "|", ">", "? ", "---", "...", "%YAML 9", "{", "}", "[", "]", "'", '"', "\t", "\n", "null", "~",
    "2020-01-01", "0o7", "1_000", ".inf", "!!set", "!!timestamp x", "2020-99-99", "!!int x", "= ", "key",
)  # fmt: skip


@st.composite
def edited_lines(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """Draw one of some texts, with up to four places of it edited."""
    lines = draw(st.sampled_from(texts)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines)))
        new = "".join(draw(st.lists(st.sampled_from(MARKS) | st.text(max_size=3), max_size=5)))
        lines[place : place + draw(st.integers(0, 2))] = [new]
    return "\n".join(lines)
