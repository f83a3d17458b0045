"""Stories: near-duplicate pages as one story, from fingerprints to the members of each story."""
