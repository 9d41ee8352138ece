"""The program's own files: where they lie, how they are written whole, and what they may show to whom."""
