"""Runs as processes: how they begin, how they are stopped, which are dead, what is kept of them."""
