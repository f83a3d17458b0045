"""Search and export for analysts, and the history of one page."""
