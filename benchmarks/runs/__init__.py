"""What whole runs cost: CPU, wall time and memory of a command with all the processes that it starts."""
