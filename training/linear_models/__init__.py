"""Fits of the linear models: lexical stages and value grounding."""
