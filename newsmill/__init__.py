"""newsmill: how raw news pages are milled into topic and trend tables. Imports no Dagster."""

__version__ = "0.1.0"
