"""The way from SQL text to a plan's parts: parser, scopes, and readers of terms and tables."""
