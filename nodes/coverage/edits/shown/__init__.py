"""Edits of what a plan shows: names in the place of keys, columns that are said, another figure, people."""
