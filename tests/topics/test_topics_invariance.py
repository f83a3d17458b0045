"""Batches do not change the mentions, and every span contains its sentence."""

from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from topic_pages import load_small_taxonomy, page, to_frame

from newsmill.topics.assignment import assign_topics
from newsmill.topics.mentions import find_mentions
from newsmill.topics.taxonomy import Taxonomy

PHRASES = [
    "AI",
    "Acme",
    "bridge",
    "suspension-bridge",
    "Brücke",
    "river",
    "大桥。",
    "スパン",
    "Span",
    "bridge loan",
    "cable",
]
# Characters whose length changes with case, take two to four bytes, or end a sentence.
ODD_CHARACTERS = ["İ", "\u212a", "ẞ", "🌉", "é", "\u00a0", ".", "! ", "\n", " ", "the", "\u2028", "ﬁ", "Σ"]
words = st.sampled_from([*PHRASES, *ODD_CHARACTERS])
texts = st.lists(words, max_size=14).map("".join) | st.lists(words, max_size=14).map(" ".join)
teasers = st.lists(st.tuples(texts, st.none() | texts), max_size=2)
frames = st.lists(st.tuples(st.none() | texts, texts, teasers), min_size=1, max_size=6).map(
    lambda rows: to_frame(
        *(page(f"r{number}", title=title, text=text, teasers=some) for number, (title, text, some) in enumerate(rows))
    )
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Taxonomy:
    return load_small_taxonomy(Path(tmp_path_factory.mktemp("taxonomy")))


@settings(deadline=None, max_examples=40)
@given(frame=frames, cuts=st.lists(st.integers(0, 6), max_size=3))
def test_batches_do_not_change_the_result(frame: pl.DataFrame, cuts: list[int], small: Taxonomy) -> None:
    edges = sorted({0, frame.height, *(min(cut, frame.height) for cut in cuts)})
    batches = [frame.slice(start, end - start) for start, end in pairwise(edges)]
    whole = find_mentions(frame, small).mentions
    parts = [find_mentions(batch, small).mentions for batch in batches]
    assert pl.concat(parts).equals(whole)
    assigned = [assign_topics(mentions, batch) for mentions, batch in zip(parts, batches, strict=True)]
    assert pl.concat(assigned).equals(assign_topics(whole, frame))


@settings(deadline=None, max_examples=40)
@given(frame=frames)
def test_every_span_contains_its_sentence_and_phrase(frame: pl.DataFrame, small: Taxonomy) -> None:
    rows = {row["record_id"]: row for row in frame.to_dicts()}
    for mention in find_mentions(frame, small).mentions.to_dicts():
        row, place = rows[mention["record_id"]], mention["place"]
        if place == "teaser":
            teaser = row["teasers"][mention["teaser_position"]]
            text = teaser["title"] if teaser["snippet"] is None else f"{teaser['title']}\n{teaser['snippet']}"
        else:
            text = row["title"] if place == "title" else row["text"]
        assert text[mention["char_start"] : mention["char_end"]] == mention["sentence"]
        assert mention["phrase"] in mention["sentence"]
        assert mention["score"] >= 1
