"""Deferred imports: the module loads at its first use, not when another library imports it."""

from __future__ import annotations

import subprocess
import sys

DEFERRED = """
import sys
from newsmill.deferred_import import defer_import
defer_import("scipy", "stats")
from scipy import stats
assert "scipy.stats._stats_py" not in sys.modules
assert round(stats.norm.cdf(0), 3) == 0.5
assert "scipy.stats._stats_py" in sys.modules
"""
LOADED = """
from newsmill.deferred_import import defer_import
from email import message as before
defer_import("email", "message")
from email import message
assert message is before
defer_import("email", "no_such_module")
"""


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_a_deferred_module_loads_at_its_first_use() -> None:
    run(DEFERRED)


def test_a_loaded_or_missing_module_is_left_as_it_is() -> None:
    run(LOADED)
