"""All SQL: text to plan, plan to text, joins, and the validator."""
