"""DuckDB: its files, and data files (CSV, TSV, Parquet, JSON, Excel) read as its tables."""
