"""Modules that another library imports without using them: loaded at first use."""

from __future__ import annotations

import importlib.util
import sys


def defer_import(package: str, name: str) -> None:
    """Have `from package import name` return a module that loads at its first use; without effect once it is loaded.

    The recipe of `importlib.util.LazyLoader` in the standard library's documentation. The import statement would load a
    module that it finds in `sys.modules`, but not an attribute of the package.
    """
    name, attribute = f"{package}.{name}", name
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    setattr(sys.modules[package], attribute, module)
