"""The raw archive: nothing twice, nothing changed, nothing lost."""

import datetime as dt
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from raw_folder import DAY, FETCHED

from newsmill import progress
from newsmill.sources.archive import Archive
from newsmill.sources.record import Record, make_record
from newsmill.sources.tables import ARCHIVE, RECORDS

NEXT_DAY = DAY + dt.timedelta(days=1)


def record(number: int, day: dt.date = DAY, size: int = 10, path: str = "a.warc") -> Record:
    return make_record(
        source="warc",
        source_path=path,
        url=f"https://example.com/{number}",
        fetched_at=FETCHED,
        ingest_date=day,
        body=b"x" * size if size else None,
        problem=None if size else "no_body",
        http_status=200,
    )


def everything(archive: Archive) -> pl.DataFrame:
    return pl.concat(archive.batches(archive.dates())).sort("ingest_date", "record_id")


def test_records_round_trip(tmp_path: Path) -> None:
    records = [record(1), record(2, NEXT_DAY), record(3, size=0)]
    archive = Archive(tmp_path / "raw")
    done = archive.append(records)
    assert (done.new, done.already_archived, done.dates) == (3, 0, {DAY, NEXT_DAY})
    assert archive.dates() == [DAY, NEXT_DAY]
    back = everything(archive)
    assert back.schema == ARCHIVE.schema
    assert sorted(map(repr, (Record(**row) for row in back.to_dicts()))) == sorted(map(repr, records))


def test_records_without_bytes_are_ordered_by_date_and_id(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(number, day) for number in range(20) for day in (NEXT_DAY, DAY)][:39])
    frame = archive.records([NEXT_DAY, DAY])
    assert frame.schema == RECORDS.schema
    assert frame["record_id"].n_unique() == frame.height == 39
    assert_frame_equal(frame, frame.sort("ingest_date", "record_id"))


def test_the_same_fetch_delivered_on_two_days_is_two_records(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(1, NEXT_DAY)])
    archive.append([record(1, DAY)])
    assert archive.records(archive.dates())["ingest_date"].to_list() == [DAY, NEXT_DAY]
    assert archive.records(archive.dates())["record_id"].is_unique().all()
    assert archive.records([NEXT_DAY])["ingest_date"].to_list() == [NEXT_DAY]


def test_an_empty_archive_is_empty(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "raw")
    assert archive.append([]).new == 0
    assert archive.dates() == []
    assert archive.records([DAY]).schema == RECORDS.schema
    assert list(archive.batches([DAY])) == []


def test_a_second_reading_writes_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(1), record(2)])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    done = archive.append([record(2), record(1)])
    assert (done.new, done.already_archived, done.dates) == (0, 2, {DAY})
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")} == before


def test_an_archived_record_is_never_changed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(1, path="first.warc")])
    done = archive.append([record(1, path="again.warc"), record(2), record(2, path="again.warc")])
    assert (done.new, done.already_archived) == (1, 2)
    assert set(archive.records([DAY])["source_path"]) == {"first.warc", "a.warc"}


def test_parts_are_in_the_folder_of_their_date_and_named_after_their_records(tmp_path: Path) -> None:
    one, other = Archive(tmp_path / "one"), Archive(tmp_path / "other")
    one.append([record(1), record(2)])
    other.append([record(2), record(1)])
    (part,) = (path.relative_to(one.root) for path in one.root.rglob("*.parquet"))
    assert part.parent.name == "ingest_date=2026-01-15"
    assert (other.root / part).exists()


@pytest.mark.parametrize(("limits", "heights"), [((3, 1000), [3, 3, 1]), ((100, 25), [2, 2, 2, 1])])
def test_batches_respect_their_limits(tmp_path: Path, limits: tuple[int, int], heights: list[int]) -> None:
    archive = Archive(tmp_path)
    archive.append([record(number) for number in range(7)], *limits)
    assert len(list(tmp_path.rglob("*.parquet"))) == len(heights)
    assert [batch.height for batch in archive.batches([DAY], *limits)] == heights


def test_a_body_larger_than_a_batch_is_a_batch_of_its_own(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(1, size=1000), record(2), record(3)], batch_bytes=100)
    assert sorted(batch["byte_size"].sum() for batch in archive.batches([DAY], batch_bytes=100)) == [20, 1000]


def test_a_record_in_two_parts_is_read_once(tmp_path: Path) -> None:
    archive, twin = Archive(tmp_path / "a"), Archive(tmp_path / "b")
    archive.append([record(1), record(2)])
    twin.append([record(2), record(3)])
    for part in twin.parts([DAY]):
        part.rename(archive.folder(DAY) / part.name)
    assert everything(archive)["record_id"].is_unique().all()
    assert everything(archive).height == archive.records([DAY]).height == 3


def test_leftovers_of_a_crash_are_ignored_and_removed_by_the_next_append(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(1)])
    leftover = archive.folder(DAY) / ".tmp-part-0.parquet"
    leftover.write_bytes(b"half")
    assert archive.records(archive.dates()).height == 1
    archive.append([record(2)])
    assert not leftover.exists()


def test_batches_written_before_a_crash_stay_and_the_next_append_continues(tmp_path: Path) -> None:
    def breaking() -> object:
        yield from [record(1), record(2), record(3)]
        raise OSError("the open_raw is gone")

    archive = Archive(tmp_path)
    with pytest.raises(OSError, match="the open_raw is gone"):
        archive.append(breaking(), batch_records=2)  # type: ignore[arg-type]
    assert archive.records([DAY]).height == 2
    done = archive.append([record(1), record(2), record(3)])
    assert (done.new, done.already_archived) == (1, 2)


def test_a_part_that_fails_to_be_written_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError("no space left on device")

    archive = Archive(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("newsmill.sources.archive.write_rows", fail)
        with pytest.raises(OSError, match="no space"):
            archive.append([record(1)])
    assert archive.dates() == []


def test_progress_is_reported_once_per_batch(tmp_path: Path) -> None:
    reports: list[tuple[str, int]] = []
    with progress.reporting(lambda stage, done, to_do: reports.append((stage, done))):
        Archive(tmp_path).append([record(number % 5) for number in range(7)], batch_records=3)
    assert reports == [("raw", 3), ("raw", 3), ("raw", 1)]


fetches = st.lists(st.builds(record, st.integers(0, 12), st.sampled_from([DAY, NEXT_DAY]), st.sampled_from([0, 5, 40])))


@settings(deadline=None, max_examples=25)
@given(fetches, st.integers(1, 5), st.integers(1, 50), st.randoms())
def test_any_order_and_any_batches_give_the_same_records(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[Record],
    count: int,
    size: int,
    random: Random,
) -> None:
    whole, read_pieces = (Archive(tmp_path_factory.mktemp("raw")) for _ in range(2))
    whole.append(records)
    shuffled = random.sample(records, len(records))
    for start in range(0, len(shuffled), 4):
        read_pieces.append(shuffled[start : start + 4], count, size)
    assert whole.dates() == read_pieces.dates()
    assert_frame_equal(whole.records(whole.dates()), read_pieces.records(read_pieces.dates()))
    for batch in read_pieces.batches(read_pieces.dates(), count, size):
        assert batch.height <= count
        assert batch.height == 1 or batch["byte_size"].sum() <= size
    if records:
        assert_frame_equal(everything(whole), everything(read_pieces))


def test_removed_records_are_in_no_part_and_the_rest_is_unchanged(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.append([record(number) for number in range(6)], batch_records=2)
    archive.append([record(9, NEXT_DAY)])
    before = archive.records([DAY, NEXT_DAY])
    unwanted = {record(1).record_id, record(2).record_id, record(9, NEXT_DAY).record_id}
    assert archive.remove(unwanted, [DAY, NEXT_DAY]) == 3
    assert_frame_equal(archive.records([DAY, NEXT_DAY]), before.filter(~pl.col("record_id").is_in(list(unwanted))))
    assert archive.dates() == [DAY]
    stored = [record_id for part in tmp_path.rglob("*.parquet") for record_id in pl.read_parquet(part)["record_id"]]
    assert not unwanted.intersection(stored)
    assert archive.remove(unwanted, [DAY, NEXT_DAY]) == 0


def test_an_interrupted_removal_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path)
    archive.append([record(1), record(2)])

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "unlink", cut_off)
        archive.remove([record(1).record_id], [DAY])
    assert archive.records([DAY]).height == 2
    assert archive.remove([record(1).record_id], [DAY]) == 1
    assert archive.records([DAY])["record_id"].to_list() == [record(2).record_id]
