"""The parts of the prompt that asks for SQL, each with a switch and a budget."""
