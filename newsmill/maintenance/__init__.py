"""Upkeep of a home: forgetting records, reading archived ones again, tagging all anew by another taxonomy."""
