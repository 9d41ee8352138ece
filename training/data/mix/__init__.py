"""A mix of training data: its settings, sources, drawn turns and rows, with a manifest."""
