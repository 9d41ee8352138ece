"""Edits that complete a plan, one kind a file, all of one signature: `(plan, demand) -> Iterator[Plan]`."""
