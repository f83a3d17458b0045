"""Backup and restore: a home in one tar file, with the SHA-256 of every file in it.

What can be made again is left out: the search index, Dagster's history, staged rows, backups of a rebuild.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import TypeAdapter, ValidationError

from newsmill import __version__, progress
from newsmill.errors import UserError
from newsmill.home_lock import LOCK_FILE
from newsmill.maintenance.database import open_processed
from newsmill.settings import Settings

CONTENTS = "newsmill-backup.json"
LEFT_OUT = {"dagster", "search", "staging", LOCK_FILE}
LEFT_OUT_ENDINGS = (".old", ".damaged", ".wal")
CHUNK_BYTES = 2**20
MAX_CONTENTS_BYTES = 256 * 2**20

Members = Mapping[str, tarfile.TarInfo]


@dataclass(frozen=True)
class BackedUpFile:
    """A file of a backup: its path in the home, its size in bytes, and its SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a backup has: the version of newsmill that wrote it, when (UTC, ISO 8601), and its files."""

    version: str
    created_at: str
    files: list[BackedUpFile]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(file.size for file in self.files)


def backup(settings: Settings, target: Path, *, force: bool = False) -> Contents:
    """Write the home to one tar file and read it again to verify it; holds the lock of the home meanwhile.

    Raises:
        UserError: when there is no database, the file exists or can't be written, or what is read differs.
    """
    where = f"--out {target}"
    if target.exists() and not force:
        raise UserError(where, "the file exists", "add --force to overwrite it, or name another file")
    if target.resolve().is_relative_to(settings.home.resolve()):
        raise UserError(where, "is in the home itself", "name a file outside of it, better on another disk")
    draft = target.with_name(f".{target.name}.draft")
    try:
        with open_processed(settings, "newsmill backup") as con:
            con.execute("force checkpoint")  # the database is whole without its log
            contents = _write(settings.home, draft)
        with tarfile.open(draft) as tar:
            members = {member.name: member for member in tar}
            for file in contents.files:
                _require_same(where, file, _digest(_open_member(tar, members, file.path, where)))
                progress.advance("verified", 1)
        draft.replace(target)
    except OSError as error:
        raise UserError(where, str(error), "name a file that is writable, on a disk with enough space") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return contents


def restore(backup_file: Path, home: Path) -> Contents:
    """Write the files of a backup to a new home, after each is compared with its SHA-256.

    Raises:
        UserError: when the home has files, or the backup is damaged or can't be read; the home is not changed then.
    """
    where = str(backup_file)
    if home.exists() and (not home.is_dir() or any(entry.name != LOCK_FILE for entry in home.iterdir())):
        raise UserError(f"--home {home}", "is not empty", "name a folder that does not exist, or move this one away")
    draft = home.with_name(f".{home.name}.restore")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        with tarfile.open(backup_file) as tar:
            members = {member.name: member for member in tar}
            contents = _read_contents(tar, members, where)
            free = shutil.disk_usage(draft).free
            if contents.size > free:
                problem = f"needs {contents.size:,} bytes, {free:,} are free"
                raise UserError(f"--home {home}", problem, "free disk space, or name a folder on a larger disk")
            for file in contents.files:
                _extract(_open_member(tar, members, file.path, where), file, draft / file.path, where)
                progress.advance("restored", 1)
        for entry in home.iterdir() if home.exists() else ():
            entry.unlink()  # the lock file
        draft.replace(home)
    except (OSError, tarfile.TarError, EOFError) as error:
        problem = "not a tar file" if isinstance(error, tarfile.ReadError) else str(error)
        hint = "name a backup that is whole, and a writable home"
        raise UserError(where, f"can't be restored: {problem}", hint) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return contents


def _write(home: Path, draft: Path) -> Contents:
    paths = sorted(_paths(home))
    progress.expect("backed up", len(paths))
    files = []
    with draft.open("wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
        for path in paths:
            name = path.relative_to(home).as_posix()
            with path.open("rb") as file:
                reader = _HashingReader(file)
                info = tar.gettarinfo(arcname=name, fileobj=file)
                tar.addfile(info, reader)
            files.append(BackedUpFile(name, info.size, reader.digest.hexdigest()))
            progress.advance("backed up", 1)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        contents = Contents(__version__, now, files)
        data = json.dumps(asdict(contents), indent=1).encode()
        info = tarfile.TarInfo(CONTENTS)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
        tar.close()
        raw.flush()
        os.fsync(raw.fileno())
    return contents


def _paths(home: Path) -> Iterator[Path]:
    """Yield the files of the home that a backup has."""
    for entry in home.iterdir():
        if entry.name in LEFT_OUT or entry.name.startswith(".") or entry.name.endswith(LEFT_OUT_ENDINGS):
            continue
        for path in sorted(entry.rglob("*")) if entry.is_dir() else [entry]:
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                yield path


class _HashingReader(io.RawIOBase):
    """Hashes what is read from a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _read_contents(tar: tarfile.TarFile, members: Members, where: str) -> Contents:
    """Return the contents of a backup; its paths are relative and stay within the home.

    Raises:
        UserError: when it is not a backup of newsmill.
    """
    hint = "name a file that `newsmill backup` has written"
    try:
        member = members[CONTENTS]
        source = tar.extractfile(member)
        if source is None or member.size > MAX_CONTENTS_BYTES:
            raise KeyError
        contents = TypeAdapter(Contents).validate_json(source.read())
    except (KeyError, ValidationError) as error:
        raise UserError(where, f"not a backup: it has no valid {CONTENTS}", hint) from error
    for file in contents.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or file.size < 0 or not file.path or "\\" in file.path:
            raise UserError(where, f"not a backup: it has the path {file.path!r}", hint)
    return contents


def _extract(source: IO[bytes], file: BackedUpFile, target: Path, where: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        digest = _digest(source, out)
        out.flush()
        os.fsync(out.fileno())
    _require_same(where, file, digest)
    if target.parent.name == "published":
        target.chmod(0o444 if target.suffix == ".duckdb" else 0o644)


def _open_member(tar: tarfile.TarFile, members: Members, path: str, where: str) -> IO[bytes]:
    member = members.get(path)
    found = tar.extractfile(member) if member and member.isreg() else None
    if found is None:
        raise UserError(where, f"damaged: {path} is missing", "use another backup")
    return found


def _digest(source: IO[bytes], copy: IO[bytes] | None = None) -> tuple[int, str]:
    """Return the size and SHA-256 of what is read, and write it to `copy`."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        if copy:
            copy.write(chunk)
    return size, digest.hexdigest()


def _require_same(where: str, file: BackedUpFile, found: tuple[int, str]) -> None:
    if found != (file.size, file.sha256):
        raise UserError(where, f"damaged: {file.path} does not match its SHA-256", "use another backup")
