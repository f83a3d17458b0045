"""Read single pages: formats and encodings, bodies, metadata, dates, links, repeated passages, languages."""
