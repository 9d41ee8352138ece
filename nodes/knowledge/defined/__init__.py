"""Definitions in words read as conditions and figures over the schema."""
