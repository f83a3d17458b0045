"""What can be read: folders, WARC, feeds, rows; and the raw archive they are kept in."""
