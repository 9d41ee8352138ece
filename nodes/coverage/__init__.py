"""What an utterance asks for, item by item; whether a plan covers it; and edits that complete a plan."""
