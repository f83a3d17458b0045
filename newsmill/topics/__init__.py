"""Read a taxonomy, find mentions of its topics with their evidence, and assign topics to pages."""
