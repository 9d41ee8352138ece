"""What a report says over all its runs, a subject a file: its tables and its charts."""
