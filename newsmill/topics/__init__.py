"""The taxonomy, and the mentions of its topics with their evidence."""
