"""Features of a candidate plan, held against the words of its turn, a family a file."""
