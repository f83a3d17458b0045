"""Read and write labels: a person's verdicts on pages and topics, which measure a taxonomy.

Labels are the user's work and can't be rebuilt from the archive, so they are in a file of the home that no run
replaces, one JSON object per line. The table `topics.labels` is a copy of it for queries.
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


def get_labels_path(home: Path) -> Path:
    """Return the path of a home's labels."""
    return home / "labels" / "topics.jsonl"


def add_label(home: Path, record_id: str, topic: str, verdict: bool, sampling: str) -> None:
    """Append one label and sync it to disk, so that a session can end at any time."""
    path = get_labels_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds")
    line = json.dumps(asdict(Label(record_id, topic, verdict, now, sampling)))
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_labels(home: Path) -> pl.DataFrame:
    """Return the labels of a home (`LABELS`): the latest verdict on each page and topic.

    Raises:
        UserError: if a line is not a label.
    """
    path = get_labels_path(home)
    if not path.is_file():
        return LABELS.empty()
    labels: dict[tuple[str, str], Label] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            label = _parse_label(path, number, line)
            labels.pop((label.record_id, label.topic), None)
            labels[label.record_id, label.topic] = label
    rows = pl.DataFrame([asdict(label) for label in labels.values()], _TYPES)
    return LABELS.conform(rows.with_columns(pl.col("labelled_at").str.to_datetime(time_unit="us")))


_FIELDS = ("record_id", "topic", "verdict", "labelled_at", "sampling")
_TYPES = {name: pl.Boolean() if name == "verdict" else pl.String() for name in _FIELDS}


def _parse_label(path: Path, number: int, line: str) -> Label:
    try:
        row = json.loads(line)
        label = Label(*(row[name] for name in _FIELDS))
        dt.datetime.fromisoformat(label.labelled_at)
        if not isinstance(label.verdict, bool) or not all(isinstance(v, str) for v in (label.record_id, label.topic)):
            raise ValueError
    except (ValueError, KeyError, TypeError) as error:
        hint = f"remove the line, or give it {', '.join(_FIELDS)}"
        raise UserError(f"{path}, line {number}", "the line is not a label", hint) from error
    return label


def forget_labels(home: Path, record_ids: Collection[str]) -> int:
    """Remove the labels of some records from the file, by one rename; return how many lines it removed."""
    path = get_labels_path(home)
    if not path.is_file():
        return 0
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [
        line
        for number, line in enumerate(lines, start=1)
        if not line.strip() or _parse_label(path, number, line).record_id not in record_ids
    ]
    draft = path.with_suffix(".draft")
    draft.write_text("".join(kept), encoding="utf-8")
    draft.replace(path)
    return len(lines) - len(kept)


def measure_topics(labels: pl.DataFrame, page_topics: pl.DataFrame, known: Iterable[str]) -> pl.DataFrame:
    """Return precision, recall and F1 by topic over the labeled pages, with the number of labels.

    Args:
        labels: `LABELS`.
        page_topics: `record_id`, `topic`, `teaser_only`; a page whose topic is only in a teaser does not have it.
        known: the topics to measure, in order.
    """
    tagged = page_topics.filter(~pl.col("teaser_only")).select("record_id", "topic", tagged=pl.lit(True))
    compared = labels.join(tagged, on=["record_id", "topic"], how="left").with_columns(
        pl.col("tagged").fill_null(False)
    )
    rows = []
    for topic in known:
        of_topic = compared.filter(pl.col("topic") == topic)
        correct = of_topic.filter(pl.col("tagged") & pl.col("verdict")).height
        tagged_count, true = int(of_topic["tagged"].sum()), int(of_topic["verdict"].sum())
        rows.append(
            {
                "topic": topic,
                "labels": of_topic.height,
                "precision": correct / tagged_count if tagged_count else None,
                "recall": correct / true if true else None,
                "f1": 2 * correct / (tagged_count + true) if tagged_count + true else None,
            }
        )
    schema = {"topic": pl.String, "labels": pl.Int64, "precision": pl.Float64, "recall": pl.Float64, "f1": pl.Float64}
    return pl.DataFrame(rows, schema)
