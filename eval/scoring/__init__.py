"""From records to scores: verdicts, plan scores, stage scores, and their means."""
