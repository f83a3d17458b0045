"""The taxonomy, the mentions of its topics with their evidence, and the topics of pages."""
