"""Cluster near-duplicate pages into stories: fingerprints, boilerplate, candidate pairs, edges, members."""
