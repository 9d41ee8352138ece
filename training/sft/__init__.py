"""Supervised fine-tuning of language models, with adapters or whole."""
