"""Dagster's event log in SQLite, with its connections kept open.

Dagster opens and closes its database about five times per event, each time with a new engine and a checkpoint of the
log, and a daily run has more than a thousand events. The version of Dagster is pinned;
`tests/pipelines/test_event_log.py` compares the two.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event

MAX_OPEN_DATABASES = 8  # the index, and one for each run in use


class PersistentEventLog(SqliteEventLogStorage):
    """Dagster's event log, in the same files."""

    _engines: OrderedDict[str, Engine] | None = None
    _tables: frozenset[str] = frozenset()  # which are known to exist

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Mapping[str, Any]) -> PersistentEventLog:
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        engines = self._engines = self._engines or OrderedDict()
        if shard not in engines:
            # Every connection is used under `_db_lock`, so threads may share it.
            engine = create_engine(
                self.conn_string_for_shard(shard),
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _relax_synchronous)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            engines[shard] = engine
            while len(engines) > MAX_OPEN_DATABASES:
                engines.popitem(last=False)[1].dispose()
        engines.move_to_end(shard)
        return engines[shard]

    def has_table(self, table_name: str) -> bool:
        # Dagster asks for each event of an asset check, with an engine of its own. Tables are not dropped.
        if table_name not in self._tables:
            if not super().has_table(table_name):
                return False
            self._tables |= {table_name}
        return True

    def dispose(self) -> None:
        for engine in (self._engines or {}).values():
            engine.dispose()
        self._engines = None
        super().dispose()


def _relax_synchronous(connection: sqlite3.Connection, record: object) -> None:
    # With write-ahead logging, a crash of the machine may lose the last events, but the file stays consistent.
    connection.execute("pragma synchronous = normal")


def event_log_override(dagster_home: Path) -> dict[str, Any]:
    """Return the override for the configuration of a Dagster home; empty where it names its own storage."""
    file = dagster_home / "dagster.yaml"
    configured = (yaml.safe_load(file.read_text("utf-8")) or {}) if file.is_file() else {}
    if not {"storage", "event_log_storage"}.isdisjoint(configured):
        return {}
    base = dagster_home / "history" / "runs"
    storage = {"module": __name__, "class": PersistentEventLog.__name__, "config": {"base_dir": str(base)}}
    return {"event_log_storage": storage}
