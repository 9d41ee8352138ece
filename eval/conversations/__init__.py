"""Conversations by construction: suites of dialogues over any database, made or written by hand, and run."""
