"""Runs over BIRD-Interact: their folder, what a task leaves in it, and their figures."""
