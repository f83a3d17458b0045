"""When a page was published, and where that date was found."""
