"""Compile and cache what the first run would: kernels, charts. `make setup` calls it: python -m newsmill.warm_up."""

from __future__ import annotations

import tempfile
from pathlib import Path

from newsmill import stages
from newsmill.report.charts import chart_specs
from newsmill.report.page import charting_library
from newsmill.settings import SAMPLE, load_settings
from newsmill.warehouse.connection import open_writer


def warm_up() -> None:
    """Run the stages over the shipped sample in a temporary home."""
    with tempfile.TemporaryDirectory(prefix="newsmill-warm-up-") as home:
        settings = load_settings(input=SAMPLE, home=Path(home), workers=1)
        stages.archive_input(settings, None)
        with open_writer(settings.database) as con:
            stages.run_dates(con, stages.Run(settings, "warm-up"), stages.open_archive(settings).dates())
    chart_specs()
    charting_library()


if __name__ == "__main__":
    warm_up()
