"""Whole queries that a way of asking stands for: the second highest, the cheapest of each, more than their manager."""
