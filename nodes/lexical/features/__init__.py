"""Features of the lexical stages: for each learned model a list of them, and the function that computes them."""
