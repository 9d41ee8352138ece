"""What the parts reach without a run: round trip, validator, grammar, leaks, value index."""
