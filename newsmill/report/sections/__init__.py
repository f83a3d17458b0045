"""The data of the report, one module per section or list; stories take three."""
