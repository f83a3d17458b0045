"""The shipped taxonomy on sentences as news writers write them, and on what only looks like them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
import yaml
from topic_pages import PAGES, SHIPPED

from newsmill.topics.assignment import assign_topics
from newsmill.topics.mentions import find_mentions
from newsmill.topics.taxonomy import load_taxonomy

SPOKEN: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "labelled_sentences.yaml").read_text(encoding="utf-8")
)
CASES = [
    (topic, language, text) for topic, texts in SPOKEN.items() for language, some in texts.items() for text in some
]


@pytest.fixture(scope="module")
def told() -> pl.DataFrame:
    """Every sentence with what it speaks of (`topic`), and the topics (`found`) of a page that begins with it."""
    pages = pl.DataFrame(
        [
            {"record_id": f"{number:04}", "ingest_date": dt.date(2026, 3, 1), "title": "", "text": text, "teasers": []}
            for number, (_, _, text) in enumerate(CASES)
        ],
        schema_overrides={"teasers": PAGES["teasers"]},
    )
    found = assign_topics(find_mentions(pages, load_taxonomy(SHIPPED)).mentions, pages)
    topics = found.group_by("record_id").agg(found=pl.col("topic"))
    cases = pl.DataFrame(CASES, ["topic", "language", "text"], orient="row").with_columns(pages["record_id"])
    return cases.join(topics, on="record_id", how="left").with_columns(pl.col("found").fill_null([]))


@pytest.mark.parametrize("topic", [topic for topic in SPOKEN if topic != "none"])
def test_what_speaks_of_a_topic_is_found(told: pl.DataFrame, topic: str) -> None:
    mine = told.filter(topic=topic).with_columns(hit=pl.col("found").list.contains(topic))
    assert mine["hit"].mean() >= 0.92, mine.filter(~pl.col("hit"))["text"].to_list()
    by_language = mine.group_by("language").agg(pl.col("hit").mean(), pl.len()).filter(pl.col("len") >= 5)
    assert (by_language["hit"] >= 0.7).all(), by_language.rows()


def test_what_only_looks_like_a_topic_is_left_alone(told: pl.DataFrame) -> None:
    wrong = told.filter(topic="none").filter(pl.col("found").list.len() > 0)
    assert wrong.height <= 2, wrong["text"].to_list()
