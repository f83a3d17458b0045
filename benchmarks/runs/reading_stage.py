"""The wall time of the reading stage over an archived home: python -m benchmarks.runs.reading_stage HOME WORKERS."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from newsmill import stages
from newsmill.settings import load_settings
from newsmill.warehouse.connection import open_writer


def reading_seconds(home: Path, workers: int) -> float:
    """Return the wall seconds of reading all pages into a new database, workers included."""
    settings = load_settings(home=home, workers=workers)
    settings.database.unlink(missing_ok=True)
    dates, run = stages.open_archive(settings).dates(), stages.Run(settings, "benchmark")
    with open_writer(settings.database) as con:
        stages.RAW_STAGE.run(con, run, dates)
        started = time.perf_counter()
        stages.PAGES_STAGE.run(con, run, dates)
        return time.perf_counter() - started


if __name__ == "__main__":
    print(reading_seconds(Path(sys.argv[1]), int(sys.argv[2])))
