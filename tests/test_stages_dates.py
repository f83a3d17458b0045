"""The state of ingest dates: a killed run's dates are known, completed first, and block publication until then."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from newsmill import stages
from newsmill.code_version import digest
from newsmill.quality.gate import CheckId, PublicationBlockedError
from newsmill.settings import Settings
from newsmill.stages.dates import require_finished_dates
from newsmill.warehouse.connection import open_writer

ONE, TWO, THREE = (dt.date(2026, 3, day) for day in (1, 2, 3))  # the small home has the first two
CHECKS = {CheckId("clean.pages", "some_check")}


def test_file_names_that_are_not_utf8_have_a_digest() -> None:
    names = [os.fsdecode(name) for name in (b"latin\xe9.html", b"latin\xe8.html")]
    assert digest(names[:1]) != digest(names[1:])


def test_dates_are_unfinished_until_their_run_finishes_them(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        assert stages.begin_dates(con, "first", [TWO], {TWO: "digest"}, [ONE, TWO]) == [TWO]
        assert stages.unfinished_dates(con) == [TWO]
        # It is killed. A run of another date takes the date over.
        assert stages.begin_dates(con, "second", [ONE], {ONE: "x", TWO: "y"}, [ONE, TWO]) == [ONE, TWO]
        stages.finish_dates(con, "first")
        assert stages.unfinished_dates(con) == [ONE, TWO]
        stages.finish_dates(con, "second")
        assert stages.unfinished_dates(con) == []
        rows = con.execute("select ingest_date, input_digest, run_id from quality.dates order by all").fetchall()
    assert rows == [(ONE, "x", "second"), (TWO, "y", "second")]


def test_an_archived_date_that_was_never_loaded_is_left_behind(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        assert stages.begin_dates(con, "run", [ONE], {}, [ONE, TWO, THREE]) == [ONE, THREE]


def test_a_date_without_verdicts_is_left_behind_and_blocks_publication(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        require_finished_dates(con)
        con.execute("delete from quality.ledger where ingest_date = ? and stage = 'stories'", [ONE])
        with pytest.raises(PublicationBlockedError, match="`newsmill run --date 2026-03-01` completes"):
            stages.publish_copy(con, own_home, CHECKS)
        assert stages.begin_dates(con, "run", [TWO], {}, [ONE, TWO]) == [ONE, TWO]


def test_an_unfinished_date_blocks_publication_but_not_what_must_be_published(own_home: Settings) -> None:
    with open_writer(own_home.database) as con:
        stages.begin_dates(con, "killed", [TWO], {}, [ONE, TWO])
        with pytest.raises(PublicationBlockedError, match="ingest date 2026-03-02 unfinished"):
            stages.publish_copy(con, own_home, CHECKS)
        stages.publish_copy(con, own_home, ())  # as forget does
        stages.finish_dates(con, "killed")
        stages.publish_copy(con, own_home, CHECKS)
