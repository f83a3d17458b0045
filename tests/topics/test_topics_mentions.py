"""Mentions of a small taxonomy: phrases, boundaries, contexts, exclusions, spans and scores."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from topic_pages import PAGES, find_mentions_in, load_small_taxonomy, page, to_frame

from newsmill.topics.mentions import MAX_SEARCHED_CHARS, find_mentions
from newsmill.topics.tables import MENTIONS
from newsmill.topics.taxonomy import Taxonomy


@pytest.fixture
def small(tmp_path: Path) -> Taxonomy:
    return load_small_taxonomy(tmp_path)


def scores(small: Taxonomy, *rows: dict[str, Any]) -> list[tuple[str, float]]:
    mentions = find_mentions(to_frame(*rows), small).mentions
    return mentions.select("place", "score").rows()


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("A new suspension bridge opened.", "suspension bridge"),
        ("A NEW SUSPENSION BRIDGE OPENED", "SUSPENSION BRIDGE"),
        ("Two suspension bridgeheads.", "suspension bridge"),  # a * at the end
        ("An arch-bridge here.", "arch-bridge"),
        ("Arch bridges here.", "Arch bridges"),  # hyphen or space, optional s
        ("Arch\u2011bridges here.", "Arch\u2011bridges"),  # a non-breaking hyphen
        ("新大桥开通了。", "大桥"),
        ("一座AI桥。", "AI桥"),
        ("一座 AI 桥。", "AI 桥"),  # an optional space between the scripts
        ("一座ＡＩ桥。", "ＡＩ桥"),  # full-width letters
        ("Neue Brücken entstehen.", "Brücke"),
        ("NEUE BRÜCKEN ENTSTEHEN.", "BRÜCKE"),
        ("Über den Fluss führt ein Weg.", "Über den Fluss"),  # a capital that is not ASCII
        ("The Spanner works.", "Span"),
        ("新しいスパンです。", "スパン"),
    ],
)
def test_a_phrase_is_found(text: str, phrase: str, small: Taxonomy) -> None:
    assert [row["phrase"] for row in find_mentions_in(text, small)] == [phrase]


@pytest.mark.parametrize(
    "text",
    [
        "A presuspension bridge.",  # a word that continues to the left
        "An arch bridgehead.",  # and to the right
        "The riverside.",
        "neue brücken entstehen",  # a capital is a capital
        "an archébridge",
        "A span of years.",
        "",
        "   ",
    ],
)
def test_text_without_a_phrase_has_no_mention(text: str, small: Taxonomy) -> None:
    assert find_mentions_in(text, small) == []


def test_a_digit_may_follow_a_name(small: Taxonomy) -> None:
    assert [row["phrase"] for row in find_mentions_in("The river2 project.", small)] == ["river"]


def test_spans_are_characters_of_the_text(small: Taxonomy) -> None:
    text = "Ünïcödé 🌉 wörds, İstanbul.\nDie große Brücke – “neu” – steht.  東京の大桥。Kelvin K river."
    rows = find_mentions_in(text, small)
    assert [(row["topic"], row["phrase"]) for row in rows] == [
        ("bridges", "Brücke"),
        ("bridges", "大桥"),
        ("rivers", "river"),
    ]
    assert [text[row["char_start"] : row["char_end"]] for row in rows] == [row["sentence"] for row in rows]
    assert [row["sentence"] for row in rows] == ["Die große Brücke – “neu” – steht.", "東京の大桥。", "Kelvin K river."]


def test_same_sentence_needs_the_context_in_the_sentence(small: Taxonomy) -> None:
    assert [row["sentence"] for row in find_mentions_in("AI plans. AI plans a bridge. A bridge.", small)] == [
        "AI plans a bridge."
    ]


def test_nearby_sentence_needs_the_context_in_the_sentence_or_its_neighbors(small: Taxonomy) -> None:
    cable = "A cable is a girder of AI."  # half by `nearby_sentence`, half by `within_words`
    assert [row["score"] for row in find_mentions_in(cable, small)] == [1.0]
    far = "Acme builds. Nothing here. Suspension bridge cables: a cable hangs on a suspension bridge. No more."
    assert [row["score"] for row in find_mentions_in(far, small)] == [2.0]
    beside = "Acme builds. A cable hangs on a suspension bridge. No more."
    assert [row["score"] for row in find_mentions_in(beside, small)] == [2.5]
    after = "A cable hangs on a suspension bridge. Acme builds."
    assert [row["score"] for row in find_mentions_in(after, small)] == [2.5]


def test_headline_is_read_with_the_first_sentences(small: Taxonomy) -> None:
    below = "It opened. A cable on a suspension bridge."
    later = "It opened. It stood. A cable on a suspension bridge."
    assert scores(small, page(title="Acme", text=below)) == [("body", 2.5)]
    assert scores(small, page(title="Acme", text=later)) == [("body", 2.0)]
    # Its words count as if they were in the sentence, but never for `within_words`.
    assert scores(small, page(title="What AI can do", text="It plans a bridge.")) == [("body", 1.0)]
    assert scores(small, page(title="AI", text="A girder on a suspension bridge.")) == [("body", 3.0)]


def test_headline_is_read_only_with_its_own_text(small: Taxonomy) -> None:
    other = page("r2", text="A cable on a suspension bridge.")
    assert scores(small, page(title="Acme"), other) == [("body", 2.0)]
    teasers = [("A cable on a suspension bridge", None)]
    assert scores(small, page(title="Acme", teasers=teasers)) == [("teaser", 2.0)]


def test_within_words_needs_the_context_a_few_words_away(small: Taxonomy) -> None:
    near = "The AI made a girder for the suspension bridge."
    far = "The AI that the engineers had spoken of so often last year made a girder for the suspension bridge."
    behind = "A girder made by AI for the suspension bridge."
    assert [find_mentions_in(text, small)[0]["score"] for text in (near, far, behind)] == [3.5, 3.0, 3.5]


def test_within_words_stays_in_the_sentence(small: Taxonomy) -> None:
    texts = (
        "We heard of AI here: a girder for the suspension bridge.",
        "We heard of AI. A girder for the suspension bridge.",
    )
    assert [find_mentions_in(text, small)[0]["score"] for text in texts] == [3.5, 2.0]


def test_a_group_counts_once(small: Taxonomy) -> None:
    assert [row["score"] for row in find_mentions_in("A suspension bridge and an arch bridge.", small)] == [2.0]


def test_the_deciding_phrase_is_the_heaviest_then_the_longest(small: Taxonomy) -> None:
    row = find_mentions_in("AI sees a bridge, an arch bridge and a suspension bridge.", small)[0]
    assert (row["phrase"], row["score"]) == ("suspension bridge", 3.0)


def test_sentence_below_weight_one_is_not_a_mention(small: Taxonomy) -> None:
    assert find_mentions_in("Acme sells a cable.", small) == []


def test_group_takes_words_of_a_context_and_needs_entities_of_a_topic(small: Taxonomy) -> None:
    rows = find_mentions_in("AI runs the Spanner.", small)
    assert [(row["topic"], row["phrase"], row["score"]) for row in rows] == [
        ("bridges", "Span", 1.5),
        ("rivers", "AI", 1.0),
    ]


def test_exclusion_removes_overlapping_phrases(small: Taxonomy) -> None:
    assert find_mentions_in("AI gave a bridge loan.", small) == []
    assert find_mentions_in("A suspension bridge cocktail.", small) == []
    assert [row["score"] for row in find_mentions_in("A bridge loan for a suspension bridge.", small)] == [2.0]


def test_exclusion_affects_its_topic_only(small: Taxonomy) -> None:
    rows = find_mentions_in("A suspension bridge cocktail by the river.", small)
    assert [row["topic"] for row in rows] == ["rivers"]


def test_each_place_has_its_own_spans(small: Taxonomy) -> None:
    teasers = [("Nothing", None), ("A river. Wide", "And an arch bridge. More.")]
    frame = to_frame(page(title="The river", text="No. The rivers.", teasers=teasers))
    rows = find_mentions(frame, small).mentions.to_dicts()
    kept = [(row["place"], row["teaser_position"], row["sentence"], row["char_start"], row["char_end"]) for row in rows]
    assert kept == [
        ("title", None, "The river", 0, 9),
        ("body", None, "The rivers.", 4, 15),
        ("teaser", 1, "A river.", 0, 8),
        ("teaser", 1, "And an arch bridge.", 14, 33),
    ]


def test_sentence_has_one_row_per_topic(small: Taxonomy) -> None:
    rows = find_mentions_in("A river under a suspension bridge, and rivers.", small)
    assert [row["topic"] for row in rows] == ["bridges", "rivers"]


def test_frame_has_the_columns_of_the_table(small: Taxonomy) -> None:
    mentions = find_mentions(to_frame(page(text="A river.")), small).mentions
    assert mentions.schema == MENTIONS.schema
    assert mentions["taxonomy_version"].to_list() == [small.version]
    for empty in (pl.DataFrame(schema=PAGES), to_frame(page(text="Nothing.")), to_frame(page(title=None, text=""))):
        assert find_mentions(empty, small).mentions.schema == MENTIONS.schema
        assert find_mentions(empty, small).mentions.is_empty()


def test_page_without_text_and_teasers_is_read(small: Taxonomy) -> None:
    row = page(title="A river") | {"text": None, "teasers": None}
    assert find_mentions(to_frame(row), small).mentions["place"].to_list() == ["title"]


def test_teaser_without_title_is_read(small: Taxonomy) -> None:
    frame = to_frame(page(teasers=[(None, "A river.")]))
    assert find_mentions(frame, small).mentions["sentence"].to_list() == ["A river."]


def test_long_text_is_searched_up_to_a_limit(small: Taxonomy) -> None:
    text = "A river. " + "AI " * (MAX_SEARCHED_CHARS // 3) + "A suspension bridge. "
    assert [row["topic"] for row in find_mentions_in(text, small)] == ["rivers"]
