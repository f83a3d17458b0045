"""Find the body of a page: split it into text blocks, compute their features, classify them."""
