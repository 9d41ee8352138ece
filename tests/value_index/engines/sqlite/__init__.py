"""Tests of value_index/engines/sqlite."""
