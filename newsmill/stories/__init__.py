"""Pages against pages: fingerprints, candidates, story clusters, relations."""
