"""The costs of versions."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks import history

TABLE = pl.DataFrame({"stage": ["stage pages", "stage new"], "ms_a_page": [5.0, 1.0]})


def test_a_version_has_one_line_per_machine_and_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.jsonl"
    history.record(TABLE, "sample", 10, path)
    history.record(TABLE.with_columns(ms_a_page=pl.col("ms_a_page") / 2), "sample", 10, path)
    history.record(TABLE, "other", 10, path)
    assert [(line["input"], line["ms_a_page"]["stage pages"]) for line in history.read_history(path)] == [
        ("sample", 2.5),
        ("other", 5.0),
    ]
    monkeypatch.setattr(history, "machine_class", lambda: "another machine")
    history.record(TABLE, "sample", 10, path)
    assert len(history.read_history(path)) == 3


def test_compares_with_other_versions_on_the_same_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.jsonl"
    assert history.compare(TABLE, "sample", path).equals(TABLE)
    monkeypatch.setattr(history, "__version__", "0.1")
    history.record(TABLE.head(1), "sample", 10, path)
    history.record(TABLE, "other", 10, path)
    monkeypatch.undo()
    history.record(TABLE, "sample", 10, path)
    assert history.compare(TABLE, "sample", path)["in 0.1"].to_list() == [5.0, None]
