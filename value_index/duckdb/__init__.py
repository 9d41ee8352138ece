"""DuckDB: its files, and data files read as its tables."""
