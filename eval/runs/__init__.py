"""The way from a data set to records: the runner, its store, histories and oracles."""
