"""Questions and plans made over generated schemas."""
