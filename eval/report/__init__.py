"""The report of a run: tables for a terminal, a Markdown summary, one HTML file."""
