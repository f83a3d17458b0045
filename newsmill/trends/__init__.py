"""Statistics that SQL expresses badly: bursts, and the stories behind one number."""
