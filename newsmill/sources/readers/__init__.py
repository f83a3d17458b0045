"""Readers of input formats: each yields the records of one file. `sources/formats.py` registers them."""
