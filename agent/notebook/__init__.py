"""The Python API: a database, a conversation about it, and answers that a notebook displays."""
