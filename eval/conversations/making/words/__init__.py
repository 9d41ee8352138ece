"""The words that conversations are made of: templates of each behaviour, phrases of conditions, names of things."""
