"""What is wrong with a query, rule by rule."""
