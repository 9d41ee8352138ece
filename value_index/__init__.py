"""Everything that touches a database: reading it safely, and the index of the values that it stores."""
