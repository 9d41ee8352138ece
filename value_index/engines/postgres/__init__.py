"""PostgreSQL: a server's database, in transactions that only read."""
