"""Assembly: configuration to graph to conversation."""
