"""Replay: a dry run writes nothing, and apply writes what it showed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl
import pytest
from pipeline_runs import differing, run_input, tables_of
from small_home import DAYS, ids_of
from test_maintenance_forget import contents

from newsmill.errors import UserError
from newsmill.maintenance.replay import RecordFilter, ReplayReport, replay
from newsmill.pages import reject
from newsmill.settings import Settings
from newsmill.warehouse.connection import open_writer
from pipelines.cli.replay import replay_command

SHORT = RecordFilter(reason="too_short")


class OneProcess:
    """An engine whose functions see what a test has changed."""

    def map(self, source: Iterable[pl.DataFrame], fn: Callable, _: Callable) -> Iterator[pl.DataFrame]:
        return map(fn, source)


def read_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsmill.stages.pages.open_engine", lambda _: OneProcess())


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tomorrow's code: pages of one word are pages."""
    read_in_this_process(monkeypatch)
    monkeypatch.setattr(reject, "_MIN_BODY_WIDTH", 1)
    monkeypatch.setattr(reject, "_MIN_BODY_WORDS", 1)


def test_the_same_code_changes_nothing_and_leaves_every_byte(processed_home: Settings) -> None:
    before = contents(processed_home.home)
    report = replay(processed_home, RecordFilter(since=DAYS[0]))
    assert report.records == 7
    assert all(frame.is_empty() for frame in frames(report))
    assert contents(processed_home.home) == before


def test_a_changed_limit_changes_a_verdict_and_a_dry_run_writes_nothing(
    processed_home: Settings, lenient: None
) -> None:
    before = contents(processed_home.home)
    dry_run = replay(processed_home, SHORT)
    assert contents(processed_home.home) == before
    assert (dry_run.records, dry_run.unreadable, dry_run.applied) == (2, 0, False)
    assert dry_run.verdicts["before"].unique().to_list() == ["quarantined too_short"]
    assert dry_run.verdicts["after"].to_list() == ["kept", "merged"]


@pytest.mark.slow
def test_apply_writes_what_the_dry_run_shows(own_home: Settings, lenient: None) -> None:
    dry_run = replay(own_home, SHORT)
    applied = replay(own_home, SHORT, apply=True)
    assert applied.applied
    assert all(one.equals(other) for one, other in zip(frames(dry_run), frames(applied), strict=True))
    after = tables_of(own_home.database)
    assert after["clean.pages"].height == 7
    published = tables_of(own_home.published / "newsmill.duckdb")
    assert differing({name: after[name] for name in published}, published) == []
    # As if it had been read so from the first.
    run_input(own_home, DAYS)
    assert differing(after, tables_of(own_home.database)) == []


@pytest.mark.slow
def test_a_date_left_unreconciled_is_completed(own_home: Settings) -> None:
    whole = tables_of(own_home.database)
    with open_writer(own_home.database) as con:
        con.execute("delete from quality.ledger where stage = 'stories' and ingest_date = ?", [DAYS[0]])
    report = replay(own_home, RecordFilter(site="wall.example"), apply=True)
    assert (report.dates, report.unreconciled) == (DAYS, 0)
    assert differing(whole, tables_of(own_home.database)) == []


def test_records_must_match_every_filter(processed_home: Settings) -> None:
    report = replay(processed_home, RecordFilter(reason="too_short", site="wall.example", since=DAYS[1]))
    assert (report.records, report.dates) == (1, [DAYS[1]])
    with pytest.raises(UserError, match="no archived record"):
        replay(processed_home, RecordFilter(reason="too_short", site="other.example"))


def test_a_page_read_differently_is_shown_with_its_diff(
    processed_home: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read_in_this_process(monkeypatch)
    monkeypatch.setattr("newsmill.pages.read.remove_repeats", lambda paragraphs: (paragraphs[1:], []))
    report = replay(processed_home, RecordFilter(site="other.example"))
    monkeypatch.setattr("pipelines.cli.replay.replay", lambda *_, **__: report)
    assert replay_command(processed_home, RecordFilter(site="other.example"), apply=False, as_json=False) == 0
    said = capsys.readouterr().out
    for part in (
        "1 archived records re-processed",
        "pages: 1 read differently",
        "- Runway released",
        "--apply writes it",
    ):
        assert part in said, part
    [changed] = report.texts.to_dicts()
    assert changed["record_id"] in ids_of(processed_home.database, "url = 'https://other.example/a'")
    assert set(changed["fields"]) == {"text", "word_count"}
    assert changed["change"].startswith("- Runway released Gen-4")


def frames(report: ReplayReport) -> list[pl.DataFrame]:
    return [report.verdicts, report.texts, report.stories, report.topics]
