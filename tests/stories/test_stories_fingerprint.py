"""What is kept of a page's text, URL and time."""

from __future__ import annotations

import datetime as dt
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories_mill import article, edited, frame, page

from newsmill.stories import fingerprint as module
from newsmill.stories.fingerprint import FINGERPRINTED, fingerprint
from newsmill.stories.minhash import BANDS, BLOCK, VALUES, buckets, minhash
from newsmill.stories.words import count_words, jaccard, normalise, shingles

TEXT = article(1)


def one(**columns: object) -> dict:
    return fingerprint(frame([page("a", TEXT, **columns)])).to_dicts()[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello,  World!\n", "hello world"),
        ("Straße — ＡＢＣ ①", "strasse abc 1"),
        ("don’t x_y", "don t x y"),
        ("Dampf\u00adschiff zero\u200bwidth ❤️", "dampfschiff zerowidth"),
        ("中国AI公司", "中 国 ai 公 司"),
        ("データ を", "デ ー タ を"),
        ("हिन्दी में", "हिन्दी में"),
        ("한국 뉴스", "한국 뉴스"),
        ("... --- ...", ""),
        (None, ""),
    ],
)
def test_normalised_text(text, words):
    assert normalise(pl.Series([text], dtype=pl.String)).to_list() == [words]


def test_words_are_counted_with_each_chinese_character_as_one():
    assert count_words(pl.Series(["", "hello world", "中 国 ai"])).to_list() == [0, 2, 3]


def test_shingles_are_every_five_words_in_a_row():
    assert shingles("a b c d e f").size == 2
    assert shingles("a b c").size == shingles("").size == 1
    assert shingles("a a a a a a a").size == 1
    assert set(shingles("b c d e f")) < set(shingles("a b c d e f"))


def test_jaccard_is_shared_shingles_over_all():
    one_text, other = shingles("a b c d e f"), shingles("b c d e f g h")
    assert jaccard(one_text, other) == 1 / 4
    assert jaccard(one_text, one_text) == 1
    assert jaccard(one_text, shingles("x y z")) == 0


def test_what_reaches_a_table_is_the_same_on_every_machine():
    row = one()
    assert row["text_hash"] == "2c020e3070665ecf255e7caa16f6873f"
    assert (len(row["buckets"]), row["buckets"][0], row["buckets"][-1]) == (
        BANDS,
        8573774424931199810,
        4750138924552638127,
    )


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32), st.floats(0.1, 0.9))
def test_equal_minhash_values_estimate_jaccard(seed, share):
    hashes = np.random.default_rng(seed).integers(0, 2**64, 1000, dtype=np.uint64)
    cut = int(1000 * share)
    left, right = np.unique(hashes[: 500 + cut // 2]), np.unique(hashes[500 - cut // 2 :])
    agreement = (minhash(left) == minhash(right)).mean()
    assert agreement == pytest.approx(jaccard(left, right), abs=6 * (0.25 / VALUES) ** 0.5)


def test_minhash_in_blocks_is_minhash_at_once():
    hashes = np.arange(3 * BLOCK + 1, dtype=np.uint64)
    parts = [minhash(hashes[start : start + BLOCK]) for start in range(0, hashes.size, BLOCK)]
    assert (minhash(hashes) == np.minimum.reduce(parts)).all()


def test_a_bucket_belongs_to_one_band():
    assert len(set(buckets(np.zeros(VALUES, np.uint64)))) == BANDS


def test_the_frame_is_the_contract_and_no_page_depends_on_its_batch():
    pages = frame([page("a", TEXT), page("b", "short"), page("c", edited(TEXT, 3), kind="front"), page("d", TEXT)])
    together = fingerprint(pages)
    assert together.schema == FINGERPRINTED
    assert together.equals(pl.concat([fingerprint(pages[n : n + 1]) for n in range(pages.height)]))
    assert fingerprint(pages.clear()).schema == FINGERPRINTED


def test_the_url_is_normalised_and_the_site_kept():
    row = one(url="http://www.Site.example/a?utm_source=x#top", site="site.example")
    assert (row["url"], row["site"]) == ("https://site.example/a", "site.example")


@pytest.mark.parametrize(
    ("kind", "text", "near"),
    [
        ("article", article(1, words=60), True),
        ("feed_item", article(1, words=60), True),
        ("text_dump", "中" * 50, True),
        ("article", "中" * 49, False),
        ("front", article(1, words=60), False),
    ],
)
def test_near_copies_are_looked_for(kind, text, near):
    row = fingerprint(frame([page("a", text, kind=kind)])).to_dicts()[0]
    assert row["near"] is near
    assert len(row["buckets"]) == (BANDS if near else 0)


def test_a_text_too_long_for_news_is_matched_only_when_the_same():
    with patch.object(module, "MAX_WORDS", 80):
        assert one()["near"] is False


@pytest.mark.parametrize(
    ("published", "offset", "first_seen"),
    [
        (None, None, dt.datetime(2026, 3, 1, 6)),
        (dt.datetime(2026, 2, 28, 9, 30), None, dt.datetime(2026, 2, 28, 9, 30)),
        (dt.datetime(2026, 3, 1, 8), 480, dt.datetime(2026, 3, 1)),
        (dt.datetime(2026, 2, 28), None, dt.datetime(2026, 2, 28, 23, 59, 59, 999999)),
        (dt.datetime(2026, 2, 28), 0, dt.datetime(2026, 2, 28)),
        (dt.datetime(2026, 3, 1), None, dt.datetime(2026, 3, 1, 6)),
        (dt.datetime(2026, 3, 9, 12), 0, dt.datetime(2026, 3, 1, 6)),
    ],
    ids=["undated", "local", "zone", "date only", "midnight in a zone", "date of the fetch", "future"],
)
def test_first_seen(published, offset, first_seen):
    assert one(published_at=published, published_offset_minutes=offset)["first_seen"] == first_seen
