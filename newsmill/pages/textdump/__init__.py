"""Text dumps of scraped pages."""
