"""Verify: a whole home passes; damage anywhere is found and named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from commands import held_by_another_process

from newsmill import stages
from newsmill.errors import UserError
from newsmill.maintenance.verify import CLOSE, PUBLISH, REBUILD, verify
from newsmill.settings import Settings, load_settings
from newsmill.sources.archive_parts import read_pieces, write_rows


def flip(path: Path, position: int) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_a_whole_home_passes_and_is_unchanged(own_home: Settings) -> None:
    before = {path: path.read_bytes() for path in own_home.home.rglob("*") if path.is_file()}
    report = verify(own_home)
    assert report.damages == []
    assert (report.parts, report.records) == (2, 7)
    assert report.tables > 20
    assert report.rows > 100
    after = {path: path.read_bytes() for path in own_home.home.rglob("*") if path.is_file()}
    assert {path: after.get(path) for path in before} == before


def test_a_damaged_record_is_named(own_home: Settings) -> None:
    archive = stages.open_archive(own_home)
    part = archive.parts(archive.dates())[0]
    content = pl.concat(read_pieces(part))
    with part.open("wb") as file:
        write_rows(file, content.with_columns(body=pl.lit(b"other")))
    found = verify(own_home).damages
    assert {(damage.record_id, damage.url) for damage in found} == set(content.select("record_id", "url").iter_rows())
    assert {damage.file for damage in found} == {f"raw/{part.parent.name}/{part.name}"}


def test_an_archive_file_that_cannot_be_read_is_named(own_home: Settings) -> None:
    archive = stages.open_archive(own_home)
    part = archive.parts(archive.dates())[0]
    part.write_bytes(part.read_bytes()[:-9])
    [damage] = verify(own_home).damages
    assert damage.file == f"raw/{part.parent.name}/{part.name}"
    assert damage.problem.startswith("unreadable: ")


@pytest.mark.parametrize(("name", "hint"), [("newsmill.duckdb", REBUILD), ("published/newsmill.duckdb", PUBLISH)])
def test_damage_in_a_database_is_named(name: str, hint: str, own_home: Settings) -> None:
    path = own_home.home / name
    flip(path, 4 * 2**10 + 100)
    [damage] = verify(own_home).damages
    assert (damage.file, damage.hint) == (name, hint)
    assert "orrupt" in damage.problem
    path.unlink()
    [damage] = verify(own_home).damages
    assert (damage.file, damage.problem) == (name, "missing")


def test_a_missing_report_and_broken_labels_are_named(own_home: Settings) -> None:
    (own_home.published / "report.html").write_text("<html>")
    (own_home.home / "labels" / "topics.jsonl").write_text("{")
    assert sorted(damage.file for damage in verify(own_home).damages) == sorted(
        ["published/report.html", f"{own_home.home}/labels/topics.jsonl, line 1"]
    )


def test_a_missing_home_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        verify(load_settings(home=tmp_path / "none"))


def test_a_folder_that_is_not_a_home_is_an_error_and_is_unchanged(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a home"):
        verify(load_settings(home=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_log_is_named(own_home: Settings) -> None:
    log = own_home.home / "raw" / "seen_files.parquet"
    log.write_bytes(log.read_bytes()[:-9])
    [damage] = verify(own_home).damages
    assert (damage.file, damage.problem) == ("raw/seen_files.parquet", "unreadable")
    assert "`newsmill run`" in damage.hint


@pytest.mark.parametrize("name", ["newsmill.duckdb", "published/newsmill.duckdb"])
def test_a_database_that_another_program_holds_is_not_called_damaged(name: str, own_home: Settings) -> None:
    path = own_home.home / name
    path.chmod(0o644)
    with held_by_another_process(path):
        [damage] = verify(own_home).damages
    assert damage.problem.startswith("not read: held open by ")
    assert damage.hint == CLOSE
