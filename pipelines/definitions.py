"""The definitions that `workspace.yaml` and `dg` load."""

from newsmill.settings import load_settings
from pipelines.code_location import code_location

defs = code_location(load_settings())
