"""What `--knowledge` says about one turn: the names, values and verified questions that its words speak of."""
