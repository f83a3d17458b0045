"""Passing over what has not changed: a stage loads a date again where what it was loaded from has changed."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from pipeline_runs import differing, tables_of

from newsmill import stages
from newsmill.settings import Settings
from newsmill.types import Connection
from newsmill.warehouse.connection import open_writer

ONE, TWO = DAYS = [dt.date(2026, 3, day) for day in (1, 2)]  # of the small home


def changed(con: Connection, settings: Settings) -> dict[str, list[dt.date]]:
    inputs = stages.StageInputs.of(stages.Run(settings, "look"))
    return {stage.name: stages.changed_dates(con, inputs, stage.name, DAYS) for stage in stages.STAGES}


def run_changed(con: Connection, settings: Settings, run_id: str) -> None:
    for stage in stages.STAGES:
        stage.run_changed(con, stages.Run(settings, run_id), DAYS)


def runs_of(con: Connection) -> list[tuple[str, dt.date, str]]:
    return con.execute("select distinct stage, ingest_date, run_id from quality.ledger order by all").fetchall()


def test_unchanged_dates_are_passed_over(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        assert {run for _, _, run in runs_of(con)} == {"first"}
        assert changed(con, own_home) == {"raw": [], "pages": [], "stories": [], "topics": []}
        run_changed(con, own_home, "second")
        assert {run for _, _, run in runs_of(con)} == {"first"}


def test_a_date_whose_archive_changes_is_loaded_again_and_others_are_not(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        [part] = stages.open_archive(own_home).parts([TWO])
        os.utime(part)
        assert set(map(tuple, changed(con, own_home).values())) == {(TWO,)}
        run_changed(con, own_home, "second")
        assert {(date, run) for stage, date, run in runs_of(con) if stage in ("raw", "pages")} == {
            (ONE, "first"),
            (TWO, "second"),
        }


def test_another_taxonomy_concerns_topics_alone(own_home: Settings, tmp_path: Path) -> None:
    taxonomy = tmp_path / "topics.yaml"
    taxonomy.write_text(own_home.topics.read_text("utf-8") + "# another\n", encoding="utf-8")
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        other = own_home.model_copy(update={"topics": taxonomy})
        assert changed(con, other) == {"raw": [], "pages": [], "stories": [], "topics": DAYS}


def test_another_language_detector_concerns_what_depends_on_pages(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        other = own_home.model_copy(update={"language_detector": "langdetect"})
        assert changed(con, other) == {"raw": [], "pages": DAYS, "stories": DAYS, "topics": DAYS}


def test_other_code_concerns_every_stage(own_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        monkeypatch.setattr("newsmill.stages.inputs.code_digest", lambda packages: "other")
        assert set(map(tuple, changed(con, own_home).values())) == {(ONE, TWO)}


def test_a_date_that_is_to_be_reprocessed_is_loaded_again(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        stages.forget_inputs(con, [ONE])
        assert set(map(tuple, changed(con, own_home).values())) == {(ONE,)}


def test_a_date_that_does_not_reconcile_is_loaded_again(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        con.execute("delete from quality.ledger where ingest_date = ? and stage = 'stories'", [ONE])
        assert stages.begin_dates(con, "second", [], {}, DAYS) == [ONE]
        assert changed(con, own_home)["stories"] == [ONE]


def test_dates_to_process_are_those_with_other_files_or_inputs(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        inputs = stages.StageInputs.of(stages.Run(own_home, "first"))
        digests = {ONE: "files of one", TWO: "files of two"}
        assert stages.dates_to_process(con, inputs, DAYS, digests) == DAYS
        stages.begin_dates(con, "first", DAYS, digests, DAYS)
        run_changed(con, own_home, "first")
        assert stages.dates_to_process(con, inputs, DAYS, digests) == DAYS  # the run has not finished them
        stages.finish_dates(con, "first")
        assert stages.dates_to_process(con, inputs, DAYS, digests) == []
        assert stages.dates_to_process(con, inputs, DAYS, digests | {TWO: "other files"}) == [TWO]
        assert stages.dates_to_process(con, inputs, DAYS, {}) == []  # the input folder is not read


def test_passing_over_leaves_the_tables_of_a_whole_run(own_home: Settings, processed_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        run_changed(con, own_home, "first")
        stages.forget_inputs(con, [TWO])
        run_changed(con, own_home, "second")
    assert differing(tables_of(own_home.database), tables_of(processed_home.database)) == []
