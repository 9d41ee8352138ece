"""A database that a MySQL or MariaDB server holds."""
