"""Data sets as training data: mixes, chat rows, preferences, and the leak guard."""
