"""The cross-encoder of the compact planner's second ranking: its examples, its network, its training and its file."""
