"""Measures: runs, scores, ablations, reports; with training the only place that may know gold."""
