"""Parse text dumps of scraped pages."""
