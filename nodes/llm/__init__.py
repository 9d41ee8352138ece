"""The client of a language model: endpoint, messages, output schemas, recordings."""
