"""Text as people write it: folded, cut into tokens, read as numbers, dates and operators, compared."""
