"""A database's conversation as tools of the Model Context Protocol (extra `web`)."""
