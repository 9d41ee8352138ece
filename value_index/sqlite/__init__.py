"""A SQLite file opened read-only: the sandbox, and what its schema says."""
