"""Links on a page: teasers, related articles, section fronts."""
