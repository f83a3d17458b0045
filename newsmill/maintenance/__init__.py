"""Maintenance of a home: forget, replay, rebuild, and re-tag with another taxonomy."""
