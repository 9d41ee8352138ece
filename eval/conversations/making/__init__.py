"""making: how conversations are made over a database: its world, behaviours, queries, and the words for them."""
