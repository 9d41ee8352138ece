"""What the words of a turn ask and refer to: units, order, things, lists, people, moves of the conversation."""
