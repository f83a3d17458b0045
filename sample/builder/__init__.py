"""The sample's builder: texts and a plan become the pages, feeds and archives that a crawler would have brought."""
