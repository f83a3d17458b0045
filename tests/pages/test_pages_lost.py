"""Records that no worker survived, as quarantined rows."""

import polars as pl

from newsmill.pages.read import quarantine_lost
from newsmill.pages.tables import READ_SCHEMA
from newsmill.sources.tables import ARCHIVE


def test_a_lost_record_is_a_row_with_its_reason_and_nothing_else(row):
    records = pl.DataFrame([row("<p>x"), row("<p>y")], schema=ARCHIVE.schema)
    told = quarantine_lost(records, "too_slow", "it takes more than 15 s of computing")
    assert told.schema == READ_SCHEMA
    assert told["reason"].to_list() == ["too_slow", "too_slow"]
    assert told["record_id"].to_list() == records["record_id"].to_list()
    assert "15 s" in told["detail"][0]
    assert told["text"].null_count() == 2
