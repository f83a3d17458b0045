"""The dates of a page, and where each was found."""
