"""Settings: their sources, and the errors for wrong ones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from newsmill.errors import UserError
from newsmill.settings import load_settings


@pytest.fixture(autouse=True)
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_arguments_override_environment_and_environment_overrides_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("newsmill.toml").write_text('home = "from-file"\nworkers = 3\nschedule_time = "04:15"\n')
    monkeypatch.setenv("NEWSMILL_HOME", "from-environment")
    monkeypatch.setenv("NEWSMILL_WORKERS", "5")
    settings = load_settings(home=Path("from-argument"), input=None)
    assert (settings.home, settings.workers, settings.schedule_time) == (Path("from-argument"), 5, "04:15")
    assert settings.database == Path("from-argument/newsmill.duckdb")


def test_dates_and_zones_are_typed() -> None:
    settings = load_settings(first_ingest_date="2015-02-03", schedule_zone="Asia/Tokyo")
    assert settings.first_ingest_date == dt.date(2015, 2, 3)
    assert settings.zone.key == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('schedule_time = "25:00"', "schedule_time"),
        ('schedule_zone = "Mars/Olympus"', "schedule_zone"),
        ("workers = 0", "workers"),
        ('colour = "blue"', "colour"),
        ("workers = = 2", "newsmill.toml"),
        ("workers = 100000", "workers"),
        ("a = " + "[" * 10_000, "newsmill.toml"),
        ("workers = " + "9" * 5_000, "newsmill.toml"),
        ("# a comment\n" * 10_000, "larger than 32 KiB"),
        ('home = ""', "it is empty"),
    ],
)
def test_a_wrong_file_is_one_line_that_names_file_and_field(content: str, named: str) -> None:
    Path("newsmill.toml").write_text(content)
    with pytest.raises(UserError) as error:
        load_settings()
    assert named in str(error.value)
    assert "newsmill.toml" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_wrong_argument_is_named_as_an_option() -> None:
    with pytest.raises(UserError, match=r"--workers: .*value: 0"):
        load_settings(workers=0)


@pytest.mark.parametrize("name", ["NEWSMILL_HOME", "NEWSMILL_INPUT"])
def test_a_variable_that_is_empty_is_not_the_working_directory(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    with pytest.raises(UserError, match="it is empty"):
        load_settings()
