"""The web page for people who would rather look than read."""
