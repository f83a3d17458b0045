"""Bytes to text: format sniffing and character encodings."""
