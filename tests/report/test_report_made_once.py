"""Texts made once for a version of code and libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsmill.report import made_once
from newsmill.report.made_once import make_once


def fail() -> str:
    raise AssertionError("it was made again")


def test_a_text_is_made_once(tmp_path: Path) -> None:
    assert make_once("text", lambda: "süß\n", tmp_path / "cache") == "süß\n"
    assert make_once("text", fail, tmp_path / "cache") == "süß\n"


def test_other_code_makes_it_again_and_removes_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_once("text", lambda: "old", tmp_path)
    monkeypatch.setattr(made_once, "code_digest", lambda packages: "other")
    assert make_once("text", lambda: "new", tmp_path) == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["text.other.txt"]


def test_a_damaged_text_is_made_again(tmp_path: Path) -> None:
    make_once("text", lambda: "text", tmp_path)
    [file] = tmp_path.iterdir()
    file.write_bytes(b"\xff\xfe")
    assert make_once("text", lambda: "text", tmp_path) == "text"
    assert file.read_text("utf-8") == "text"


def test_without_a_folder_to_write_to_it_is_made_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert make_once("text", lambda: "one", tmp_path / "file" / "cache") == "one"
    assert make_once("text", lambda: "two", tmp_path / "file" / "cache") == "two"
