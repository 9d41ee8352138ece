"""A world of our own for BIRD-Interact: its two services over databases that ship, with faults and a ledger."""
