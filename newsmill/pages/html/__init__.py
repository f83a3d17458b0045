"""HTML documents: the parsed tree, its metadata and headline."""
