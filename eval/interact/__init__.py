"""BIRD-Interact: its tasks, its judge, a user simulator and a world to try an adapter on without gold, keys or Docker."""
