"""Find the dates of a page, and resolve when it was published and last changed."""
