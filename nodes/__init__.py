"""The six stages, their variants, and the words they share."""
