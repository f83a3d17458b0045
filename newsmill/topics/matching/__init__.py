"""Find the phrases of a taxonomy in texts: spellings, word boundaries, sentences, contexts and scores."""
