"""`turnsql web`: one server that carries the page, an HTTP API and the runs of one database."""
