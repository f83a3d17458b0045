"""One page at a time: extraction, text dumps, dates, in-page repeats, language."""
