"""Gold outputs of each stage, from gold SQL and gold plans."""
