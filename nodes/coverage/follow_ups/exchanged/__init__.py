"""The turn before with one thing exchanged: a value, a unit, an order, a condition, the turn itself."""
