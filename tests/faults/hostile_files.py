"""Hostile files, each read beside a good page: what each costs, and that none does harm."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from faults.hostile_set import hostile_files, page
from faults.result import Result
from newsmill import stages
from newsmill.settings import load_settings
from newsmill.warehouse.connection import open_writer

MOST_SECONDS, MOST_MIB = 90, 3_000
LISTED = 30
MIB = 2**20


def read_hostile_files(scratch: Path, count: int = 10_000) -> Result:
    files = [pair for number, pair in enumerate(hostile_files()) if number < count]
    result = Result(
        "hostile-files",
        f"{len(files)} hostile files",
        f"Each is read or listed with a reason in {MOST_SECONDS} s, {MOST_MIB:,} MiB; a good page beside it is kept.",
    )
    costs: list[tuple[float, str]] = []
    for number, (name, content) in enumerate(files):
        folder = scratch / f"{number}" / "input" / "2026-10-20"
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)
        (folder / "zz-good.html").write_text(page(), encoding="utf-8")
        watch = Watch()
        began = time.monotonic()
        with watch:
            verdicts, problem = read(folder.parent, scratch / f"{number}" / "home")
        seconds, peak = time.monotonic() - began, watch.peak_bytes / MIB
        result.tried += 1
        result.check(not problem, f"{name}: {problem}")
        result.check(verdicts.get("zz-good.html") == "kept", f"{name}: the good page is {verdicts.get('zz-good.html')}")
        result.check(seconds < MOST_SECONDS, f"{name}: {seconds:.0f} s")
        result.check(peak < MOST_MIB, f"{name}: {peak:,.0f} MiB")
        verdict = verdicts.get(name, "not accounted for")
        result.check(name in verdicts, f"{name}: not accounted for")
        costs.append((seconds, f"`{name}`, {len(content):,} bytes | {seconds:.1f} s, {peak:,.0f} MiB, {verdict}"))
    for _, line in sorted(costs, reverse=True)[:LISTED]:
        name, _, cost = line.partition(" | ")
        result.figures[name] = cost
    return result


def read(source: Path, home: Path) -> tuple[dict[str, str], str]:
    """Run archive, records and pages; return the verdict by file, and what went wrong."""
    settings = load_settings(input=source, home=home, workers=1)
    try:
        stages.archive_input(settings, None)
        with open_writer(settings.database) as con:
            run = stages.Run(settings, "run")
            stages.run_dates(con, run, stages.open_archive(settings).dates(), (stages.RAW_STAGE, stages.PAGES_STAGE))
            rows = con.execute(VERDICTS).fetchall()
    except Exception as error:  # noqa: BLE001 - a failure of the experiment is its result
        return {}, f"{type(error).__name__}: {error}"
    return {path.rpartition("/")[2]: verdict for path, verdict in rows}, ""


VERDICTS = """
with reasons as (
    select r.source_path, any_value(l.reason) as reason, count(*) as quarantined
    from raw.records r join quality.ledger l using (record_id) where l.verdict = 'quarantined' group by all),
records as (select source_path, count(*) as records from raw.records group by all)
select source_path, case
    when f.status <> 'read' and quarantined is null then f.status || ' ' || coalesce(f.reason, '')
    when quarantined is null then 'kept'
    when quarantined < r.records then (r.records - quarantined) || ' kept, ' || quarantined || ' ' || reasons.reason
    else reasons.reason end
from raw.files f full join records r using (source_path) full join reasons using (source_path)
"""


@dataclass
class Watch:
    """Samples the memory of this process and all that it started; keeps the peak above what was used before."""

    peak_bytes: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Watch:
        self._before = memory_of_tree(os.getpid())
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(0.1):
            self.peak_bytes = max(self.peak_bytes, memory_of_tree(os.getpid()) - self._before)


def memory_of_tree(root: int) -> int:
    """Return the resident memory of a process and its descendants, in bytes."""
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                sizes[int(entry.name)] = int((entry / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            except (OSError, IndexError):
                continue
    total = 0
    for pid, size in sizes.items():
        ancestor: int | None = pid
        while ancestor not in (None, 0, 1, root):
            ancestor = parents.get(ancestor)
        total += size if ancestor == root else 0
    return total
