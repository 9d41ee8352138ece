"""Edits of a turn that goes on from the one before."""
