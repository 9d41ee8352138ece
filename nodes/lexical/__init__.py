"""The stages without a network: cues, schema linker, value grounder, follow-ups, and the planner of interpretations."""
