"""The way from the words of a text to stored values: spans, candidates, and the ranker that orders them."""
