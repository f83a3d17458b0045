"""The input folder as it is now: which files are read, which are skipped and why, and what was seen last."""
