"""What the page's explorer reads: every turn with its gold, the answers of the runs and their rows."""
