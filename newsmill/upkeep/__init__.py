"""Upkeep of a home: forgetting records, and taking archived ones through today's code again."""
