"""Compiled functions: they compute what their source says, and stale machine code is removed."""

import os
import time
from pathlib import Path

import numpy as np

from newsmill.compiled import compiled, compiled_inner, remove_stale_code

NOW = time.time()


@compiled_inner
def double(value: int) -> int:
    return 2 * value


@compiled
def sum_of_doubles(values: np.ndarray) -> int:
    total = 0
    for value in values:
        total += double(value)
    return total


def test_a_compiled_function_computes_what_its_source_says() -> None:
    assert sum_of_doubles(np.arange(4)) == 12


def index_file(folder: Path, modified: float) -> Path:
    index = folder / "__pycache__" / "caller.run-1.py311.nbi"
    index.parent.mkdir()
    index.write_bytes(b"")
    os.utime(index, (modified, modified))
    return index


def test_code_older_than_any_source_is_removed(tmp_path: Path) -> None:
    for name, age in (("caller.py", 30), ("called.py", -20)):
        (tmp_path / name).write_text("", "utf-8")
        os.utime(tmp_path / name, (NOW - age, NOW - age))
    index = index_file(tmp_path, NOW + 10)
    remove_stale_code(tmp_path)
    assert not index.exists()


def test_code_newer_than_its_sources_stays(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text("", "utf-8")
    index = index_file(tmp_path, NOW + 86_400)
    remove_stale_code(tmp_path)
    assert index.exists()


def test_a_folder_without_cached_code_is_not_an_error(tmp_path: Path) -> None:
    remove_stale_code(tmp_path)
