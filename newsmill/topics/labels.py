"""Labels: what a person says of pages and topics, which a change of the taxonomy is measured with.

They are the user's own work and can't be made again from the archive, so they are kept in a file of the home, one JSON
object a line, that no run replaces. The table `topics.labels` is a copy of it for those who query.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from newsmill.errors import UserError
from newsmill.topics.tables import LABELS


@dataclass(frozen=True)
class Label:
    """One verdict: whether a reader who follows the topic would want the page."""

    record_id: str
    topic: str
    verdict: bool
    labelled_at: str
    sampling: str


def labels_file(home: Path) -> Path:
    return home / "labels" / "topics.jsonl"


def add_label(home: Path, record_id: str, topic: str, verdict: bool, sampling: str) -> None:
    """Append one label and put it on disk, so that a session may end at any time."""
    path = labels_file(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    line = json.dumps(asdict(Label(record_id, topic, verdict, now, sampling)))
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_labels(home: Path) -> pl.DataFrame:
    """The labels of a home (`LABELS`); of two verdicts on the same page and topic the later holds.

    Raises:
        UserError: naming the line that is no label.
    """
    path = labels_file(home)
    if not path.is_file():
        return LABELS.empty()
    kept: dict[tuple[str, str], Label] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            label = _label(path, number, line)
            kept.pop((label.record_id, label.topic), None)
            kept[label.record_id, label.topic] = label
    rows = pl.DataFrame([asdict(label) for label in kept.values()], _types)
    return LABELS.conform(rows.with_columns(pl.col("labelled_at").str.to_datetime(time_unit="us")))


_fields = ("record_id", "topic", "verdict", "labelled_at", "sampling")
_types = {name: pl.Boolean() if name == "verdict" else pl.String() for name in _fields}


def _label(path: Path, number: int, line: str) -> Label:
    try:
        said = json.loads(line)
        label = Label(*(said[name] for name in _fields))
        dt.datetime.fromisoformat(label.labelled_at)
        if not isinstance(label.verdict, bool) or not all(isinstance(v, str) for v in (label.record_id, label.topic)):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        hint = f"remove the line, or give it {', '.join(_fields)}"
        raise UserError(f"{path}, line {number}", "is no label", hint) from error
    return label


def forget_labels(home: Path, record_ids: Collection[str]) -> int:
    """Take the labels of some records out of the file, by one rename; returns how many lines."""
    path = labels_file(home)
    if not path.is_file():
        return 0
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [
        line
        for number, line in enumerate(lines, start=1)
        if not line.strip() or _label(path, number, line).record_id not in record_ids
    ]
    draft = path.with_suffix(".draft")
    draft.write_text("".join(kept), encoding="utf-8")
    draft.replace(path)
    return len(lines) - len(kept)


def measure(labels: pl.DataFrame, page_topics: pl.DataFrame, known: Iterable[str]) -> pl.DataFrame:
    """Precision, recall and F1 by topic over the labelled pages, and how many labels each rests on.

    Args:
        labels: `LABELS`.
        page_topics: `record_id`, `topic`, `teaser_only`; a page that only a teaser tags does not have the topic.
        known: the topics to measure, in order.
    """
    told = page_topics.filter(~pl.col("teaser_only")).select("record_id", "topic", told=pl.lit(True))
    held = labels.join(told, on=["record_id", "topic"], how="left").with_columns(pl.col("told").fill_null(False))
    rows = []
    for topic in known:
        of_topic = held.filter(pl.col("topic") == topic)
        right = of_topic.filter(pl.col("told") & pl.col("verdict")).height
        said, true = int(of_topic["told"].sum()), int(of_topic["verdict"].sum())
        rows.append(
            {
                "topic": topic,
                "labels": of_topic.height,
                "precision": right / said if said else None,
                "recall": right / true if true else None,
                "f1": 2 * right / (said + true) if said + true else None,
            }
        )
    schema = {"topic": pl.String, "labels": pl.Int64, "precision": pl.Float64, "recall": pl.Float64, "f1": pl.Float64}
    return pl.DataFrame(rows, schema)
