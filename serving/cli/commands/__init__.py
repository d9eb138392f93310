"""Bodies of the commands: each takes a terminal and plain arguments, and prints."""
