"""The whole queries that a turn makes of the one before: both together, what they add up to, what chosen groups have."""
