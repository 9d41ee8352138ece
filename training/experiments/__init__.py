"""Experiment tables, stage effects, and the pipeline from rows to a served adapter."""
