"""A damaged archive: every record is whole, or is named as damaged; nothing is read wrongly and nothing raises."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_folder import DAY, FETCHED

from newsmill import stages
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.sources import archive_parts
from newsmill.sources.archive import Archive
from newsmill.sources.archive_parts import DAMAGED, read_metadata, read_pieces
from newsmill.sources.record import Record, make_record
from newsmill.warehouse.connection import open_writer

WORDS = "council river market teacher engine harbor budget signal forest report winter bridge station".split()


def records(count: int = 40) -> list[Record]:
    return [
        make_record(
            source="file",
            source_path=f"p{number}.html",
            url=f"https://example.com/{number}",
            fetched_at=FETCHED,
            ingest_date=DAY,
            body=" ".join(Random(number).choices(WORDS, k=400)).encode(),
            content_type="text/html",
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, bytes]]:
    """The bytes of a part of several row groups, and the bodies of its records by id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive_parts, "ROW_GROUP_ROWS", 8)
        archive = Archive(tmp_path_factory.mktemp("whole"))
        archive.append(records())
    [part] = archive.parts([DAY])
    return part.read_bytes(), {record.record_id: record.body or b"" for record in records()}


def write_part(folder: Path, content: bytes) -> Archive:
    archive = Archive(folder)
    archive.folder(DAY).mkdir(parents=True, exist_ok=True)
    (archive.folder(DAY) / "part-0.parquet").write_bytes(content)
    return archive


def require_whole_or_named(archive: Archive, bodies: dict[str, bytes]) -> pl.DataFrame:
    """Check that each record is whole, or damaged and named; return the rows with their bytes."""
    rows = pl.concat([archive_parts.ARCHIVE.empty(), *archive.batches([DAY])])
    for record_id, body, problem in rows.select("record_id", "body", "problem").iter_rows():
        assert (body, problem) == (bodies.get(record_id), None) or (body, problem) == (None, DAMAGED)
    listed = archive.records([DAY])
    lost = [loss for part in archive.parts([DAY]) for loss in read_metadata(part)[1]]
    unnamed = len(bodies) - listed.filter(pl.col("problem").is_null()).height
    if any(loss.rows is None for loss in lost):
        assert rows.is_empty()
    else:
        assert unnamed == sum(loss.rows or 0 for loss in lost)
    assert listed.filter(pl.col("problem") == DAMAGED).height == len(lost)
    return rows


def test_a_whole_part_is_read_as_it_was_written(whole: tuple[bytes, dict[str, bytes]], tmp_path: Path) -> None:
    content, bodies = whole
    rows = require_whole_or_named(write_part(tmp_path, content), bodies)
    assert dict(rows.select("record_id", "body").iter_rows()) == bodies


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_flipped_bit_changes_no_record_silently(
    data: st.DataObject, whole: tuple[bytes, dict[str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content, bodies = bytearray(whole[0]), whole[1]
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    require_whole_or_named(write_part(tmp_path_factory.mktemp("flipped"), bytes(content)), bodies)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_part_that_is_cut_is_named(share: float, whole: tuple[bytes, dict[str, bytes]], tmp_path: Path) -> None:
    content, bodies = whole
    archive = write_part(tmp_path, content[: int(len(content) * share)])
    assert require_whole_or_named(archive, bodies).is_empty()
    [row] = archive.records([DAY]).to_dicts()
    assert row["problem"] == DAMAGED
    assert row["source_path"] == f"raw/ingest_date={DAY}/part-0.parquet"
    assert "can't be read" in row["problem_detail"]


def test_damage_costs_one_row_group(whole: tuple[bytes, dict[str, bytes]], tmp_path: Path) -> None:
    content, bodies = bytearray(whole[0]), whole[1]
    content[200:260] = bytes(60)  # within the first row group
    rows = require_whole_or_named(write_part(tmp_path, bytes(content)), bodies)
    assert rows.filter(pl.col("problem").is_null()).height >= 32


def test_wrong_bytes_that_parquet_does_not_notice_are_damaged(tmp_path: Path) -> None:
    rows = Archive(tmp_path / "a")
    rows.append(records(3))
    [part] = rows.parts([DAY])
    changed = pl.concat(read_pieces(part)).with_columns(
        body=pl.when(pl.col("record_id") == records(3)[0].record_id).then(pl.lit(b"other")).otherwise("body")
    )
    with part.open("wb") as file:
        archive_parts.write_rows(file, changed)
    found = pl.concat(rows.batches([DAY]))
    damaged = found.filter(pl.col("problem").is_not_null())
    assert damaged.select("record_id", "body", "problem", "problem_detail").rows() == [
        (records(3)[0].record_id, None, DAMAGED, archive_parts.WRONG_BYTES)
    ]
    assert found.height == 3


def test_records_are_archived_again_where_their_part_is_lost(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append(records(3))
    [part] = archive.parts([DAY])
    part.write_bytes(b"PAR1")
    assert archive.append(records(3)).new == 3
    assert dict(pl.concat(archive.batches([DAY])).select("record_id", "body").iter_rows()) == {
        record.record_id: record.body for record in records(3)
    }


def test_records_are_not_erased_from_a_damaged_part(whole: tuple[bytes, dict[str, bytes]], tmp_path: Path) -> None:
    archive = write_part(tmp_path, whole[0][:-100])
    with pytest.raises(UserError, match=r"part-0\.parquet: damaged: .*; restore it from a backup, or delete it"):
        archive.remove([records()[0].record_id], [DAY])


def load(home: Settings, date: dt.date) -> dict[str, tuple[str, str | None, str | None]]:
    """Load records and pages of one date; return the last verdict by URL."""
    with open_writer(home.database) as con:
        stages.run_dates(con, stages.Run(home, "again"), [date])
        [(unreconciled,)] = con.execute("select sum(unreconciled) from quality.reconciliation").fetchall()
        assert unreconciled == 0
        rows = con.execute(
            "select r.url, l.verdict, l.reason, l.detail from raw.records r join quality.ledger l using (record_id) "
            "where r.ingest_date = ? and l.verdict = 'quarantined'",
            [date],
        ).fetchall()
    return {url: (verdict, reason, detail) for url, verdict, reason, detail in rows}


def test_a_damaged_record_is_quarantined_and_counted(own_home: Settings) -> None:
    archive = stages.open_archive(own_home)
    date = archive.dates()[0]
    before = load(own_home, date)
    [part] = archive.parts([date])
    content = pl.concat(read_pieces(part))
    victim = content.filter(pl.col("url") == "https://other.example/a")
    changed = content.with_columns(
        body=pl.when(pl.col("url") == victim["url"][0]).then(pl.lit(b"<html>other</html>")).otherwise("body")
    )
    with part.open("wb") as file:
        archive_parts.write_rows(file, changed)
    expected = {**before, victim["url"][0]: ("quarantined", DAMAGED, archive_parts.WRONG_BYTES)}
    assert load(own_home, date) == expected
    assert load(own_home, date) == expected


def test_the_records_of_a_lost_part_are_named_from_the_database(own_home: Settings) -> None:
    archive = stages.open_archive(own_home)
    date = archive.dates()[0]
    urls = set(archive.records([date])["url"])
    [part] = archive.parts([date])
    part.write_bytes(part.read_bytes()[:-50])
    found = load(own_home, date)
    assert set(found) == urls
    assert {reason for _, reason, _ in found.values()} == {DAMAGED}
    assert all(f"raw/{part.parent.name}/{part.name}" in (detail or "") for _, _, detail in found.values())
    assert load(own_home, date) == found
