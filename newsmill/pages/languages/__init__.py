"""Language detection: scripts, langdetect profiles, their kernel, and the paragraphs of a page."""
