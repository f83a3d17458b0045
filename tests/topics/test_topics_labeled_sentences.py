"""The shipped taxonomy on sentences about its topics, and on sentences that only look like them."""

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

LABELLED: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "labeled_sentences.yaml").read_text(encoding="utf-8")
)
CASES = [
    (topic, language, text) for topic, texts in LABELLED.items() for language, some in texts.items() for text in some
]


@pytest.fixture(scope="module")
def tagged() -> pl.DataFrame:
    """Return every sentence with its `topic`, and the topics `found` on a page that begins with it."""
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


@pytest.mark.parametrize("topic", [topic for topic in LABELLED if topic != "none"])
def test_sentences_about_a_topic_are_found(tagged: pl.DataFrame, topic: str) -> None:
    of_topic = tagged.filter(topic=topic).with_columns(hit=pl.col("found").list.contains(topic))
    assert of_topic["hit"].mean() >= 0.92, of_topic.filter(~pl.col("hit"))["text"].to_list()
    by_language = of_topic.group_by("language").agg(pl.col("hit").mean(), pl.len()).filter(pl.col("len") >= 5)
    assert (by_language["hit"] >= 0.7).all(), by_language.rows()


def test_sentences_that_only_look_like_a_topic_are_not_tagged(tagged: pl.DataFrame) -> None:
    wrong = tagged.filter(topic="none").filter(pl.col("found").list.len() > 0)
    assert wrong.height <= 2, wrong["text"].to_list()
