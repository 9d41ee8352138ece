"""Names: what the parts of a schema are called in full, and as an utterance calls them."""
