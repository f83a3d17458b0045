"""All settings with their types and defaults; read from `newsmill.toml`, NEWSMILL_* variables and arguments."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from newsmill.errors import UserError
from newsmill.validation import read_text, user_error

PROJECT = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (PROJECT / "workspace.yaml").is_file()


def shipped(path: str) -> Path:
    """Return a file or folder of the checkout; in an installed wheel the copy in `newsmill/shipped/`."""
    return (PROJECT if IS_CHECKOUT else Path(__file__).resolve().parent / "shipped") / path


SAMPLE = shipped("sample/input")
CONFIG_FILE = Path("newsmill.toml")
MAX_CONFIG_BYTES = 2**15


class ConfigFile(TomlConfigSettingsSource):
    """The file with settings; it is small, and one that is large or deeply nested is another file."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        try:
            return tomllib.loads(read_text(CONFIG_FILE, MAX_CONFIG_BYTES))
        except (ValueError, RecursionError) as error:
            raise UserError(str(CONFIG_FILE), " ".join(str(error).split()), "write it as TOML") from error


class Settings(BaseSettings):
    """The settings of newsmill. Sizes are bytes, durations seconds."""

    model_config = SettingsConfigDict(
        env_prefix="NEWSMILL_", toml_file=CONFIG_FILE, extra="forbid", frozen=True, validate_default=True
    )

    input: Path = Field(SAMPLE, description="Folder of raw pages; by default the shipped sample.")
    home: Path = Field(Path("warehouse"), description="Home folder: archive, database, published copy and report.")
    topics: Path = Field(
        Path(__file__).resolve().parent / "topics" / "topics.yaml", description="The taxonomy, a YAML file."
    )
    models: Path = Field(shipped("dbt_like_sql"), description="Folder of SQL models.")
    workers: int = Field(os.cpu_count() or 1, ge=1, le=1024, description="Processes that read pages or tag them again.")
    language_detector: Literal["kernel", "langdetect"] = Field(
        "kernel",
        description="Language detector within a script: `kernel` (langdetect's profiles, compiled) or `langdetect`.",
    )
    batch_records: int = Field(256, ge=1, description="Maximum records in a batch.")
    batch_bytes: int = Field(64 * 2**20, ge=1, description="Maximum bytes in a batch.")
    max_record_bytes: int = Field(16 * 2**20, ge=1, description="A larger body is quarantined.")
    max_expansion_ratio: int = Field(
        100, ge=1, description="A file whose bodies or decompressed bytes are more times its size fails; 64 MiB may be."
    )
    max_file_seconds: int = Field(
        30, ge=1, description="CPU seconds for reading a file of the input, and half a second more for each MiB of it."
    )
    max_file_memory_bytes: int = Field(2**30, ge=2**26, description="Memory for reading a file of the input.")
    settle_seconds: int = Field(
        0, ge=0, description="Files changed less than this ago are left for a later run, as they may still be written."
    )
    max_skipped_share: float = Field(
        0.05, ge=0, le=1, description="Share of the input's files above which skipped ones make a check warn."
    )
    first_ingest_date: dt.date | None = Field(
        None, description="First partition; by default the first ingest date of the archive and the input folder."
    )
    schedule_time: str = Field(
        "02:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Time of the daily run, HH:MM."
    )
    schedule_zone: str = Field("UTC", description="Time zone of the schedule and of partitions, e.g. `Europe/Berlin`.")
    sensor_seconds: int = Field(60, ge=10, description="Seconds between two checks of the sensor for new files.")
    run_attempts: int = Field(
        3, ge=1, description="Runs of a date that may fail before the sensor waits for its files to change."
    )
    keep_run_days: int = Field(
        30, ge=0, description="Days that Dagster's history of a run and its check results are kept; 0 keeps all."
    )
    lock_patience_seconds: int = Field(
        600, ge=0, description="Seconds that a command or a run waits for another one that is writing to the home."
    )
    report_port: int = Field(3070, ge=1, le=65535, description="Loopback port where `newsmill dev` serves the report.")

    @field_validator("input", "home", mode="before")
    @classmethod
    def folder_is_named(cls, value: object) -> object:
        """Refuse an empty name, as of a variable that is not set: it would be the working directory."""
        if value == "":
            raise ValueError("it is empty; write `.` for the working directory")
        return value

    @field_validator("schedule_zone")
    @classmethod
    def zone_is_known(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("not a time zone of the IANA database")
        return value

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.schedule_zone)

    @property
    def database(self) -> Path:
        return self.home / "newsmill.duckdb"

    @property
    def published(self) -> Path:
        return self.home / "published"

    @property
    def report_url(self) -> str:
        return f"http://127.0.0.1:{self.report_port}/report.html"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, ConfigFile(settings_cls)


def load_settings(**arguments: Any) -> Settings:
    """Return the settings; arguments that are not None override environment and file.

    Raises:
        UserError: naming the file or variable and the field that is wrong.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        where = f"--{field}" if field in given else f"{CONFIG_FILE} or NEWSMILL_{field.upper()}, field {field}"
        wrong = user_error(error, given, where)
        raise UserError(where, wrong.problem, wrong.hint) from error
