"""What the prompts of the stages share, and the parts of the one that asks for SQL, each with a switch and a budget."""
