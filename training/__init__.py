"""The way from gold to weights: the compact planner, adapters, the lexical weights."""
