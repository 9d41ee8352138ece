"""What a person changes of an answer: a field of its plan, a filter, the reading."""
