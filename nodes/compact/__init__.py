"""The compact planner: plans as symbol sequences, the turn as tensors, and the network that ties them."""
