"""What things cost: milliseconds, memory, requests in flight."""
