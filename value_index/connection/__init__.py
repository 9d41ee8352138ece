"""What engines share: the address of a server, a connection with its own thread, cells and rows up to the caps."""
