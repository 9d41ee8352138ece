"""What an utterance wants before it is read as a question: some orders, greetings and foreign matters are none."""
