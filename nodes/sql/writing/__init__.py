"""The way from a plan's parts to SQL text: terms, names, outputs, quoting."""
