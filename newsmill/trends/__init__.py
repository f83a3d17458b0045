"""Compute statistics that are hard to express in SQL: bursts, and the stories behind one number."""
