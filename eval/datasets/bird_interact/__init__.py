"""BIRD-Interact: its release and tasks as typed records, and its reading tasks as dialogues."""
