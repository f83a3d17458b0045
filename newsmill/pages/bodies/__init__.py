"""Where the body of a page is: its blocks of text, what they look like, and which of them are article."""
