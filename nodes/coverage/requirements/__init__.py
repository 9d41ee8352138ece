"""Readers of one kind of requirement each: from the words of a turn to conditions that a plan may hold."""
