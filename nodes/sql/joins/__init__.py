"""Joins that a plan leaves open: the tree of keys, and the path that is filled in."""
