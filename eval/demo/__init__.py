"""The demo: three databases and eighteen dialogues written for the project."""
