"""Fingerprints: words, passages, shingles, buckets, URL and time of a page."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from stories_database import article, edited, frame, page

from newsmill.stories.fingerprint import FINGERPRINT_SCHEMA, fingerprint
from newsmill.stories.text.char_tables import normalize_combining, to_original_offset
from newsmill.stories.text.minhash import NUM_VALUES, compute_lsh_buckets, count_shared_shingles
from newsmill.stories.text.shingles import mask_first_occurrences
from newsmill.stories.text.words import hash_texts, read_words, to_original_span
from newsmill.stories.thresholds import DEFAULT_THRESHOLDS

TEXT = article(1)
MASK = 2**64 - 1
BANDS = DEFAULT_THRESHOLDS.minhash_bands
LEAD = DEFAULT_THRESHOLDS.lead_shingles


def fingerprint_row(**columns: object) -> dict:
    return fingerprint(frame([page("a", TEXT, **columns)])).to_dicts()[0]


def hash_step(state: int, value: int) -> int:
    state = ((state ^ value) * 0x9E3779B97F4A7C15) & MASK
    return state ^ (state >> 33)


def mix(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ (value >> 33)) * factor) & MASK
    return value ^ (value >> 33)


def word_hash(word: str) -> int:
    """Hash a word as the Numba function does, in plain Python."""
    state = 0x243F6A8885A308D3
    for character in word:
        state = hash_step(state, ord(character))
    return mix(state)


def hash_shingles(words: list[int]) -> list[int]:
    """Hash every five words in a row as the Numba function does, in plain Python."""
    found = []
    for start in range(max(1, len(words) - 4)):
        state = 0x243F6A8885A308D3
        for word in words[start : start + 5]:
            state = ((state + word) * 0x9E3779B97F4A7C15) & MASK
        found.append(mix(state) | 1)
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello,  World!\n", "hello world"),
        ("Straße — ＡＢＣ ①", "strasse abc 1"),
        ("don’t x_y", "don t x y"),
        ("Dampf\u00adschiff zero\u200bwidth ❤️", "dampfschiff zerowidth"),
        ("中国AI公司", "中 国 ai 公 司"),
        ("データ を", "デ ー タ を"),
        ("ﾃﾞｰﾀ", "デ ー タ"),
        ("हिन्दी में", "हिन्दी में"),
        ("한국 뉴스", "한국 뉴스"),
        (unicodedata.normalize("NFD", "한국 élan"), "한국 élan"),
        ("½ ﬁn", "1 2 fin"),
        ("㊀号", "一 号"),
        ("... --- ...", ""),
        (None, ""),
    ],
)
def test_words_of_a_text(text, words):
    assert read_words([text]).words.tolist() == [word_hash(word) for word in words.split()]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=4))
def test_words_do_not_depend_on_the_batch_or_the_normal_form(texts):
    together = read_words(texts)
    alone = [read_words([text]).words.tolist() for text in texts]
    assert together.words.tolist() == [word for words in alone for word in words]
    for text, words in zip(texts, alone, strict=True):
        assert read_words([unicodedata.normalize("NFC", text)]).words.tolist() == words
        assert read_words([normalize_combining(text)]).words.tolist() == words


@settings(deadline=None, max_examples=50)
@given(st.text(st.sampled_from("Az9 éß.,中。\u0301\u00ad½\n"), max_size=60))
def test_words_are_those_of_the_normalized_and_folded_text(text):
    plain = re.sub("\u00ad", "", unicodedata.normalize("NFKC", text).casefold())
    expected = re.findall("中|(?:[^\\W_中]|\u0301)+", plain.replace("⁄", " "))
    assert read_words([text]).words.tolist() == [word_hash(word) for word in expected]


def test_passages_end_at_line_ends_and_sentence_ends():
    text = "It rained. “So wet!” he said (v3.5)\nNext day: 下雨了。全都湿了！End"
    passages = read_words([text, "", "Another one."]).passages
    assert passages.ends.tolist() == [6, 6, 7]
    assert [text[start:end] for start, end in passages.spans[:6].tolist()] == [
        "It rained.",
        "So wet!”",
        "he said (v3.5",
        "Next day: 下雨了。",
        "全都湿了！",
        "End",
    ]


def test_passage_spans_are_converted_to_the_original_text():
    text = "Cafe\u0301 ouvert. " + unicodedata.normalize("NFD", "Dernière phrase ici.") + " Fin."
    passages = read_words([text]).passages
    spans = [to_original_span(text, start, end) for start, end in passages.spans.tolist()]
    assert [unicodedata.normalize("NFC", text[start:end]) for start, end in spans] == [
        "Café ouvert.",
        "Dernière phrase ici.",
        "Fin.",
    ]
    assert to_original_offset("plain", 3) == 3


def test_no_character_folds_to_more_words_than_the_buffer_holds():
    codes = [chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    words = read_words([f"a{code}" for code in codes])
    # The buffer has half a word a byte and two more a non-ASCII byte; the first letter has half a word.
    assert (2 * words.counts <= 5 * np.array([len(code.encode()) for code in codes]) + 1).all()
    assert read_words(["\u3316" * 50]).counts.tolist() == [50 * 6]


def test_buffers_grow_for_texts_of_many_short_passages():
    passages = read_words(["a\n" * 5_000, "b. c"]).passages
    assert passages.ends.tolist() == [5_000, 5_002]
    assert passages.spans[[0, 4_999, 5_001]].tolist() == [[0, 1], [9_998, 9_999], [3, 4]]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.sampled_from(["One two.", "Three.", "四。", "Five six seven!"]), max_size=20), max_size=4))
def test_the_first_of_equal_passages_is_marked_in_each_text(texts):
    passages = read_words([" ".join(text) for text in texts]).passages
    expected = [passage not in text[:index] for text in texts for index, passage in enumerate(text)]
    assert mask_first_occurrences(passages.hashes, passages.ends).tolist() == expected


def test_the_text_hash_is_of_the_words_or_without_words_of_the_url():
    words = read_words(["Hello, World!", "…"])
    hashes = hash_texts(words.words, words.ends, ["u", "v"]).tolist()
    plain = b"".join(word_hash(word).to_bytes(8, "little") for word in ("hello", "world"))
    assert hashes == [xxhash.xxh3_64_intdigest(plain), xxhash.xxh3_64_intdigest(b"v")]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(1, 6), min_size=1, max_size=30), min_size=2, max_size=4))
def test_shared_shingles_are_counted_exactly(texts):
    hashes = [[word_hash(str(word)) for word in words] for words in texts]
    sets = [set(hash_shingles(words)) for words in hashes]
    leads = [set(list(dict.fromkeys(hash_shingles(words)))[:LEAD]) for words in hashes]
    pairs = [(i, j) for i in range(len(texts)) for j in range(len(texts))]
    ones, others = (np.array(side) for side in zip(*pairs, strict=True))
    flat = np.array([word for words in hashes for word in words], np.uint64)
    ends = np.cumsum([len(words) for words in hashes])
    expected = [
        [len(sets[i] & sets[j]), len(sets[i]), len(sets[j]), len(leads[i] & sets[j]), len(leads[j] & sets[i])]
        for i, j in pairs
    ]
    assert count_shared_shingles(flat, ends, ones, others, LEAD).tolist() == expected


@pytest.mark.parametrize("length", [60, 450])
@pytest.mark.parametrize("kept", [0.9, 0.7, 0.5])
def test_equal_buckets_are_as_frequent_as_the_jaccard_similarity_predicts(length, kept):
    random = np.random.default_rng(7)
    texts, pairs = [], 300
    for _ in range(pairs):
        words = random.integers(1, 2**63, length).astype(np.uint64)
        other = words.copy()
        other[int(length * kept) :] = random.integers(1, 2**63, length - int(length * kept)).astype(np.uint64)
        texts += [words, other]
    ends = np.cumsum([length] * len(texts))
    ones, others = np.arange(0, 2 * pairs, 2), np.arange(1, 2 * pairs, 2)
    flat = np.concatenate(texts)
    counts = count_shared_shingles(flat, ends, ones, others, LEAD)
    jaccard = (counts[:, 0] / (counts[:, 1] + counts[:, 2] - counts[:, 0])).mean()
    buckets = compute_lsh_buckets(flat, ends, BANDS)
    agreement = (buckets[ones] == buckets[others]).mean()
    expected = jaccard ** (NUM_VALUES // BANDS)
    assert agreement == pytest.approx(expected, abs=6 * (expected * (1 - expected) / (pairs * BANDS)) ** 0.5 + 0.01)


def test_a_text_of_one_repeated_shingle_fills_all_bins():
    words = np.full(20_000, word_hash("spam"), np.uint64)
    few = compute_lsh_buckets(words[:60], np.array([60]), BANDS)
    many = compute_lsh_buckets(words, np.array([20_000]), BANDS)
    assert (few == many).all()


def test_stored_hashes_are_the_specified_ones():
    row = fingerprint_row()
    assert row["text_hash"] == 7641033827971848386
    assert row["passage_sequence_hash"] == 13272922470874839522
    assert (len(row["buckets"]), row["buckets"][0], row["buckets"][-1]) == (
        BANDS,
        3357781129289110385,
        13819759512408234154,
    )


def test_a_bucket_belongs_to_one_band():
    assert len(set(compute_lsh_buckets(np.full(60, 1, np.uint64), np.array([60]), BANDS)[0].tolist())) == BANDS


def test_the_frame_has_the_stated_schema_and_no_page_depends_on_its_batch():
    pages = frame([page("a", TEXT), page("b", "short"), page("c", edited(TEXT, 3), kind="front"), page("d", TEXT)])
    together = fingerprint(pages)
    assert together.schema == FINGERPRINT_SCHEMA
    assert together.equals(pl.concat([fingerprint(pages[n : n + 1]) for n in range(pages.height)]))
    assert fingerprint(pages.clear()).schema == FINGERPRINT_SCHEMA


def test_the_url_is_normalized_and_the_site_kept():
    row = fingerprint_row(url="http://www.Site.example/a?utm_source=x#top", site="site.example")
    assert (row["url"], row["site"]) == ("https://site.example/a", "site.example")


@pytest.mark.parametrize(
    ("kind", "text", "eligible"),
    [
        ("article", article(1, words=60), True),
        ("feed_item", article(1, words=60), True),
        ("text_dump", "中" * 50, True),
        ("article", "中" * 49, False),
        ("front", article(1, words=60), False),
    ],
)
def test_pages_eligible_for_near_duplicates(kind, text, eligible):
    row = fingerprint(frame([page("a", text, kind=kind)])).to_dicts()[0]
    assert row["near_dup_eligible"] is eligible
    assert len(row["buckets"]) == (BANDS if eligible else 0)
    assert (row["story_key"] is not None) is eligible


def test_a_text_too_long_for_news_is_not_eligible_for_near_duplicates():
    thresholds = replace(DEFAULT_THRESHOLDS, max_near_dup_words=80)
    assert fingerprint(frame([page("a", TEXT)]), thresholds)["near_dup_eligible"].to_list() == [False]
    assert fingerprint_row()["near_dup_eligible"] is True


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
    assert fingerprint_row(published_at=published, published_offset_minutes=offset)["first_seen"] == first_seen
