"""What is kept on disk: the form of conversations, the locks on them, and answers that a person said are right."""
