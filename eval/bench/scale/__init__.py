"""What more turns, processes and servers take."""
