"""The choice between what the planner and a language model offer: candidates grouped by their rows, one of them chosen."""
