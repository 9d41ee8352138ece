"""What is asked of the rows and groups that a rank, a count or a LIMIT chose."""
