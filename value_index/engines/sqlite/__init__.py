"""SQLite files: read-only connections, what a file declares, and what it needs that this build lacks."""
