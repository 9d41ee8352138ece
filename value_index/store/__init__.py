"""The values of a database, indexed in memory or in a folder."""
