"""Training of the compact planner, from examples to exported weights."""
