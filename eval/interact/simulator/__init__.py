"""A user for BIRD-Interact's conversations: maps a question to what it is about, then answers shortly without any SQL."""
