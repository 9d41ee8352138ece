"""The way from records to scores: verdicts, plan scores, stage scores, and their means."""
