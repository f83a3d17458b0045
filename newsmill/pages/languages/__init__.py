"""How `language.py` tells languages: scripts, langdetect's profiles, their kernel, and the paragraphs of a page."""
