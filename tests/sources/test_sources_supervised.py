"""Reading files in another process: what a file may cost, and what becomes of one that costs more."""

import gzip
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from raw_folder import json_lines, read, write

from newsmill.sources.folder import read_folder, scan
from newsmill.sources.limits import BoundedBytes, ReadLimits, UnreadableError, read_lines
from newsmill.sources.reading import child, supervised
from newsmill.sources.reading.supervised import ReadingProcess, read_supervised
from newsmill.sources.reading.task import FileResult, FileStart, ReadTask
from newsmill.sources.record import Record

FIXED = "2026-01-15T02:00:00Z"


def read_both(root: Path, **limits: int) -> tuple[list[Record], dict[str, FileResult]]:
    results: dict[str, FileResult] = {}
    records = read_folder(root, limits=ReadLimits(**limits), results=results, read=read_supervised)
    return list(records), results


def test_records_are_those_read_in_this_process(tmp_path: Path) -> None:
    for name in ("2026-01-15/a.html", "2026-01-15/b.xml", "2026-01-16/c.txt.gz"):
        write(tmp_path, name, "<p>x")
    lines = json_lines(*({"url": f"https://a.example/{n}", "fetched_at": FIXED, "body": "x" * n} for n in range(300)))
    write(tmp_path, "2026-01-15/d.jsonl", lines)
    write(tmp_path, "2026-01-15/manifest.jsonl", 'broken\n{"file": "a.html", "url": "https://m.example/"}\n')
    records, results = read_both(tmp_path)
    assert records == read(tmp_path, 16 * 2**20)
    assert {path: (result.records, result.has_failed) for path, result in results.items()} == {
        "2026-01-15/a.html": (1, False),
        "2026-01-15/b.xml": (1, True),
        "2026-01-15/d.jsonl": (300, False),
        "2026-01-15/manifest.jsonl": (0, True),
        "2026-01-16/c.txt.gz": (1, False),
    }


def test_a_file_that_is_replaced_after_the_scan_is_not_read(tmp_path: Path) -> None:
    root, secret = tmp_path / "in", write(tmp_path, "secret.html", "<p>secret")
    for name in ("a.html", "b.html", "c.html", "d.html", "e.html"):
        write(root, f"2026-01-15/{name}", "<p>x")
    found, folder = scan(root), root / "2026-01-15"
    for name in ("a.html", "b.html", "c.html", "d.html"):
        (folder / name).unlink()
    (folder / "b.html").mkdir()
    os.mkfifo(folder / "c.html")
    (folder / "d.html").symlink_to(secret)
    records = read_folder(root, found=found, read=read_supervised)
    assert [record.problem for record in records] == [
        "unreadable_file",
        "not_a_file",
        "not_a_file",
        "link_outside",
        None,
    ]


class DyingProcess(ReadingProcess):
    """A process that dies at the file named, as the kernel ends one at a limit."""

    def __init__(self, name: str, number: signal.Signals) -> None:
        super().__init__()
        self._name, self._number = name, number

    def events(self, task: ReadTask) -> Iterator[object]:
        for event in super().events(task):
            if isinstance(event, FileStart) and event.path.endswith(self._name):
                yield event
                self._process.send_signal(self._number)
                raise self._exit_reason(30)
            yield event


@pytest.mark.parametrize(
    ("name", "number", "reason"),
    [("b.html", signal.SIGXCPU, "too_slow"), ("b.html", signal.SIGKILL, "reader_died")],
)
def test_a_file_that_ends_the_process_is_a_problem_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: signal.Signals, reason: str
) -> None:
    for other in ("a.html", "b.html", "c.html"):
        write(tmp_path, other, "<p>x")
    monkeypatch.setattr(supervised, "ReadingProcess", lambda: DyingProcess(name, number))
    monkeypatch.setattr(supervised, "_idle", {})
    records, results = read_both(tmp_path)
    assert [(record.source_path, record.problem) for record in records] == [
        ("a.html", None),
        ("b.html", reason),
        ("c.html", None),
    ]
    assert (results["b.html"].has_failed, results["b.html"].reason) == (True, reason)


def test_a_manifest_that_ends_the_process_is_a_problem_and_its_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.html", "<p>x")
    write(tmp_path, "manifest.jsonl", json_lines({"file": "a.html", "url": "https://a.example/"}))
    monkeypatch.setattr(supervised, "ReadingProcess", lambda: DyingProcess("manifest.jsonl", signal.SIGXCPU))
    monkeypatch.setattr(supervised, "_idle", {})
    records, _ = read_both(tmp_path)
    assert [(record.source_path, record.problem) for record in records] == [
        ("manifest.jsonl", "unreadable_file"),
        ("a.html", None),
    ]


@pytest.mark.slow
def test_the_kernel_ends_a_process_at_the_limit_of_cpu_time() -> None:
    pid = os.fork()
    if pid == 0:
        child.limit_cpu_time(1)
        while True:
            pass
    _, status = os.waitpid(pid, 0)
    assert os.WTERMSIG(status) == signal.SIGXCPU


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone limits the memory of a process")
def test_a_file_that_takes_more_memory_than_allowed_is_a_problem_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised, "_idle", {})
    for name, size in (("a.html", 10), ("b.html", 200 * 2**20), ("c.html", 10)):
        write(tmp_path, name, b"x" * size)
    records, results = read_both(tmp_path, max_record_bytes=2**30, file_memory_bytes=100 * 2**20)
    assert [(record.source_path, record.problem) for record in records] == [
        ("a.html", None),
        ("b.html", "out_of_memory"),
        ("c.html", None),
    ]
    assert results["b.html"].has_failed
    [process] = supervised._idle[os.getpid()]
    process.close()


def parquet(rows: int, body: str | None) -> bytes:
    sink = io.BytesIO()
    url = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["https://p.example/"]))
    bodies = pa.DictionaryArray.from_arrays(pa.array([0 if body else None] * rows, pa.int32()), pa.array([body or ""]))
    pq.write_table(pa.table({"url": url, "body": bodies}), sink, compression="zstd")
    return sink.getvalue()


BOMBS = {
    "gz-lines.jsonl.gz": (b"\n" * 3_000_000, "expands_too_much"),
    "gz-lines.warc.gz": (b"\n" * 3_000_000, "expands_too_much"),
    "gz-zeros.jsonl.gz": (bytes(3_000_000), "expands_too_much"),
    "gz-zeros.parquet.gz": (bytes(3_000_000), "too_large"),
    "rows.parquet": (parquet(60_000, None), "expands_too_much"),
    "values.parquet": (parquet(1000, "word " * 100_000), "expands_too_much"),
    "noise.jsonl": (b"x\n" * 100_002, "not_json_lines"),
    "magic.warc.gz": (b"", "bad_gzip"),
    "heads.warc": (b"WARC/1.0\r\n\r\n" * 2000, "bad_warc"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_that_costs_much_fails(tmp_path: Path, name: str) -> None:
    data, reason = BOMBS[name]
    path = write(tmp_path, name, data)
    if name == "magic.warc.gz":
        path.write_bytes(gzip.compress(b"WARC/1.0\r\n") + b"junk" + b"\x1f\x8b\x08" * 20_000)
    write(tmp_path, "z.html", "<p>x")
    results: dict[str, FileResult] = {}
    records = list(read_folder(tmp_path, limits=ReadLimits(600_000, always_expanded_bytes=0), results=results))
    assert (results[name].reason, results[name].has_failed) == (reason, True)
    assert records[-1].body == b"<p>x"


def test_a_stream_ends_at_its_limit() -> None:
    assert BoundedBytes(io.BytesIO(b"x" * 10), 10).readall() == b"x" * 10
    with pytest.raises(UnreadableError, match="more than the 9 bytes allowed"):
        BoundedBytes(io.BytesIO(b"x" * 10), 9).readall()


def test_blank_lines_count() -> None:
    stream = io.BufferedReader(io.BytesIO(b"a\n\n\r\n\n \n\nb\n"))  # type: ignore[arg-type]
    assert list(read_lines(stream, 100)) == [(1, b"a\n"), (7, b"b\n")]


def test_limits_grow_with_the_file() -> None:
    limits = ReadLimits(max_record_bytes=1000, expansion_ratio=10, always_expanded_bytes=0, file_seconds=5)
    assert (limits.seconds(0), limits.seconds(100 * 2**20)) == (5, 55)
    assert (limits.expanded_bytes(0), limits.expanded_bytes(1000)) == (4000, 10_000)
