"""`make bench` measures every stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run_command


@pytest.mark.slow
def test_make_bench_prints_the_cost_of_every_stage(tmp_path: Path) -> None:
    page = tmp_path / "2026-10-05" / "page.txt"
    page.parent.mkdir(parents=True)
    page.write_text("A headline\n\n" + "A sentence that makes the page long enough. " * 20, encoding="utf-8")
    answer = run_command(["make", "--no-print-directory", "bench", f"BENCH=--rounds 1 --input {tmp_path}"])
    assert answer.code == 0, answer.err
    for stage in (
        "archive the input",
        "stage pages",
        "stage stories",
        "stage topics",
        "build SQL models",
        "check expectations",
    ):
        assert stage in answer.out
