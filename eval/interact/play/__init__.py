"""The agent's side of BIRD-Interact: a session with its tools, budget and ledger, and the player that uses them."""
