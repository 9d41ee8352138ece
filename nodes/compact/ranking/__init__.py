"""The ranking of candidate plans: opinions, features, edits, the choice among them, and the second reading."""
