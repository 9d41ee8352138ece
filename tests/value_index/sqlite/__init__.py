"""Tests of value_index/sqlite."""
