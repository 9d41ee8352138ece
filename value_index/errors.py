"""One error root for the project's lowest layer, shown to a user as one line."""


class TurnSQLError(Exception):
    """A user's mistake or an unreachable resource: one clear line that says what to do."""


class DatabaseError(TurnSQLError):
    """A database file that is missing, corrupt, locked or not a database."""
