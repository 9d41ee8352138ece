"""What an answer says against itself once its rows are there: how sure it is, and what else may be meant."""
