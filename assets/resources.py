"""The resources of the assets: the settings of a run and the writer's database, as the launchpad shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field, create_model

from newsmill.home_lock import hold_home
from newsmill.machine import require_resources
from newsmill.settings import Settings, load_settings
from newsmill.types import Connection
from newsmill.warehouse.connection import create_database, open_writer


def _setting(name: str) -> Any:
    return Field(description=Settings.model_fields[name].description)


class SettingsResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The settings that a run can change in the launchpad; all others come from `newsmill.toml` and the environment.

    Models, partitions and schedule are fixed when the code location loads.
    """

    input: str = _setting("input")
    home: str = _setting("home")
    topics: str = _setting("topics")
    workers: int = _setting("workers")
    language_detector: str = _setting("language_detector")
    batch_records: int = _setting("batch_records")
    batch_bytes: int = _setting("batch_bytes")
    max_record_bytes: int = _setting("max_record_bytes")

    @classmethod
    def with_defaults(cls, settings: Settings) -> SettingsResource:
        """Return the resource with the values of `settings` as defaults, of which a run may change any."""
        fields: dict[str, Any] = {}
        for name, field in cls.model_fields.items():
            value = getattr(settings, name)
            default = str(value) if isinstance(value, Path) else value
            fields[name] = (field.annotation, Field(default, description=field.description))
        return create_model(cls.__name__, __base__=cls, **fields)()

    def load(self) -> Settings:
        """Return the settings of the run.

        Raises:
            UserError: naming the setting that is wrong.
        """
        return load_settings(**{name: getattr(self, name) for name in type(self).model_fields})


class WriterResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The writer's DuckDB file in the home folder; one process writes at a time."""

    settings: SettingsResource
    timeout_seconds: float = Field(description="How long a step waits for the file's lock.")

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[WriterResource]:
        """Hold the lock of the home for the whole run, so that no other command writes between its steps.

        Raises:
            UserError: see `newsmill.home_lock.hold_home` and `newsmill.machine.require_resources`.
        """
        require_resources()
        options = self.settings.load()
        name = f"Dagster run {context.run.run_id[:8]}" if context.run else "Dagster"
        with hold_home(options.home, name, options.lock_patience_seconds):
            create_database(options.database, self.timeout_seconds)  # once a run, not in every step
            yield self

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open the database for writing; every table and view is in place.

        Raises:
            UserError: see `newsmill.warehouse.connection.open_writer`.
        """
        with open_writer(self.settings.load().database, self.timeout_seconds, has_schema=True) as con:
            yield con
