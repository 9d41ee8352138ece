"""The engines: SQLite, DuckDB, PostgreSQL, MySQL, and those that SQLAlchemy reaches, a folder each."""
