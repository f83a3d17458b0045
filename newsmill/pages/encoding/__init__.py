"""Bytes to text: format detection and character encodings."""
