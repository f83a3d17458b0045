"""Backup and restore: one file in, one file out, nothing lost, nothing written outside of the home."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest
from pipeline_runs import differing, tables_of

from newsmill.errors import UserError
from newsmill.maintenance.backup import CONTENTS, backup, restore
from newsmill.maintenance.verify import verify
from newsmill.settings import Settings, load_settings


@pytest.fixture(scope="module")
def archive_file(processed_home: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("backup") / "home.tar"
    backup(processed_home, target)
    return target


def files_of(home: Path) -> dict[str, bytes]:
    return {
        path.relative_to(home).as_posix(): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.name != "newsmill.lock"
    }


def test_a_restored_home_is_the_same(processed_home: Settings, archive_file: Path, tmp_path: Path) -> None:
    home = tmp_path / "restored"
    contents = restore(archive_file, home)
    assert files_of(home) == files_of(processed_home.home)
    assert len(contents.files) == len(files_of(home)) >= 6
    restored = load_settings(home=home, input=processed_home.input)
    assert verify(restored).damages == []
    assert differing(tables_of(restored.database), tables_of(processed_home.database)) == []
    assert [path.name for path in tmp_path.iterdir()] == ["restored"]


def test_what_can_be_made_again_is_left_out(own_home: Settings, tmp_path: Path) -> None:
    for name in ("search/x.duckdb", "dagster/runs.db", "staging/a", "newsmill.duckdb.old", ".newsmill.duckdb.draft"):
        (own_home.home / name).parent.mkdir(exist_ok=True)
        (own_home.home / name).write_text("x")
    (own_home.home / "link").symlink_to("/etc/passwd")
    names = {file.path.split("/")[0] for file in backup(own_home, tmp_path / "b.tar").files}
    assert names == {"raw", "labels", "newsmill.duckdb", "published"}


def test_a_home_with_files_is_not_overwritten(archive_file: Path, own_home: Settings) -> None:
    before = files_of(own_home.home)
    with pytest.raises(UserError, match="is not empty"):
        restore(archive_file, own_home.home)
    assert files_of(own_home.home) == before


def test_an_existing_file_needs_force_and_a_backup_is_outside_the_home(own_home: Settings, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    target.write_text("precious")
    with pytest.raises(UserError, match="--force"):
        backup(own_home, target)
    assert target.read_text() == "precious"
    assert backup(own_home, target, force=True).size == sum(map(len, files_of(own_home.home).values()))
    with pytest.raises(UserError, match="in the home itself"):
        backup(own_home, own_home.home / "b.tar")
    with pytest.raises(UserError, match="writable"):
        backup(own_home, tmp_path / "none" / "b.tar")


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.7, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["flipped", "cut"])
def test_a_damaged_backup_restores_nothing(kind: str, share: float, archive_file: Path, tmp_path: Path) -> None:
    content = bytearray(archive_file.read_bytes())
    position = int(len(content) * share)
    if kind == "cut":
        del content[position:]
    else:
        content[position] ^= 4
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    try:
        restore(damaged, tmp_path / "home")
    except UserError:
        assert [path.name for path in tmp_path.iterdir()] == ["damaged.tar"]
    else:  # the padding between files
        assert files_of(tmp_path / "home").keys() and kind == "flipped"
        undamaged = tmp_path / "whole"
        restore(archive_file, undamaged)
        assert files_of(tmp_path / "home") == files_of(undamaged)


def hostile_backup(path: Path, name: str, *, link: str | None = None) -> Path:
    body = b"owned"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(name)
        if link:
            info.type, info.linkname = tarfile.SYMTYPE, link
            tar.addfile(info)
        else:
            info.size = len(body)
            tar.addfile(info, io.BytesIO(body))
        entry = {"path": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        data = json.dumps({"version": "1", "created_at": "now", "files": [entry]}).encode()
        info = tarfile.TarInfo(CONTENTS)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("name", ["../outside", "/tmp/newsmill-outside", "a/../../outside", "..\\outside", ""])
def test_a_backup_cannot_write_outside_the_home(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a backup"):
        restore(hostile_backup(tmp_path / "b.tar", name), tmp_path / "sub" / "home")
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["b.tar"]


def test_a_link_in_a_backup_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="raw/x is missing"):
        restore(hostile_backup(tmp_path / "b.tar", "raw/x", link="/etc/passwd"), tmp_path / "home")


@pytest.mark.parametrize("content", [b"", b"not a tar" * 500])
def test_what_is_not_a_backup_is_one_line(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(UserError, match="can't be restored"):
        restore(tmp_path / "b.tar", tmp_path / "home")
    with pytest.raises(UserError, match="can't be restored"):
        restore(tmp_path / "missing.tar", tmp_path / "home")
