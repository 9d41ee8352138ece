"""Servers of models: vLLM and llama.cpp, started, watched and ended."""
