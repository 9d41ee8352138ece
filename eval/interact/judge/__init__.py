"""The judge of BIRD-Interact: each submission on a copy of its database, rewards by phase, and what a run of tasks comes to."""
