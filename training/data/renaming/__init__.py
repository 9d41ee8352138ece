"""Twins of data folders: the same dialogues over databases whose tables and columns have other names."""
