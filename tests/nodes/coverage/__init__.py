"""Tests of what a turn asks for and of the edits that complete a plan."""
