"""After damage to database, log or published copy, a rebuild restores the tables from the archive."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from pipeline_runs import differing, run_input, tables_of
from small_home import DAYS

from newsmill.errors import UserError
from newsmill.maintenance.forget import forget
from newsmill.maintenance.rebuild import back_up_database
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_writer


def flip(path: Path) -> None:
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    for position in range(5000, len(content), 2**18):
        content[position] ^= 0xFF
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


CRASH = """
import duckdb, os, sys
con = duckdb.connect(sys.argv[1])
con.execute("set checkpoint_threshold = '1GB'; create table t as select range from range(10000)")
con.execute("insert into t from range(10000); drop table t; update clean.pages set author = author")
os._exit(0)
"""


def break_log(path: Path) -> None:
    """Leave the log of a process that ended without a checkpoint, with a wrong byte in it."""
    subprocess.run([sys.executable, "-c", CRASH, str(path)], check=True)
    log = path.with_name(f"{path.name}.wal")
    content = bytearray(log.read_bytes())
    content[len(content) // 2] ^= 0xFF
    log.write_bytes(content)


DAMAGE: dict[str, Callable[[Path], None]] = {
    "flipped": flip,
    "cut": cut,
    "deleted": Path.unlink,
    "log": break_log,
}


def rebuild_tables(settings: Settings) -> None:
    back_up_database(settings)
    run_input(settings, DAYS, "again")


def check_results(database: Path) -> int:
    with duckdb.connect(str(database), read_only=True) as con:
        [(rows,)] = con.execute("select count(*) from quality.check_results").fetchall()
    return int(rows)


@pytest.fixture
def home_with_history(own_home: Settings) -> Settings:
    """A home whose database and published copy have a check result."""
    for database in (own_home.database, own_home.published / "newsmill.duckdb"):
        database.chmod(0o644)
        with duckdb.connect(str(database)) as con:
            con.execute("insert into quality.check_results (run_id, table_name, expectation) values ('r', 't', 'e')")
    return own_home


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_rebuild_restores_a_damaged_database(
    kind: str, home_with_history: Settings, processed_home: Settings
) -> None:
    settings = home_with_history
    results = check_results(settings.database)
    DAMAGE[kind](settings.database)
    if kind in ("flipped", "cut"):  # DuckDB may leave out the damaged end of a log, as after a crash
        with pytest.raises(UserError, match="`newsmill rebuild`"), open_writer(settings.database) as con:
            con.execute("select sum(hash(p)) from clean.pages p; select sum(hash(r)) from raw.records r").fetchall()
    rebuild_tables(settings)
    labels = {"topics.labels"}  # loaded when they are published
    assert set(differing(tables_of(settings.database), tables_of(processed_home.database))) <= labels
    assert check_results(settings.database) == results


def test_a_rebuild_needs_neither_database_nor_published_copy(own_home: Settings, processed_home: Settings) -> None:
    flip(own_home.database)
    cut(own_home.published / "newsmill.duckdb")
    rebuild_tables(own_home)
    assert set(differing(tables_of(own_home.database), tables_of(processed_home.database))) <= {"topics.labels"}
    with pytest.raises(UserError, match=r"newsmill\.duckdb\.damaged: left by a rebuild"):
        forget(own_home, "https://other.example/a")
