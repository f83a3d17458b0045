"""Page topics: what carries a topic, what makes it main, and what teasers can do."""

from pathlib import Path

import polars as pl
import pytest
from topic_pages import PAGES, SHIPPED, find_topics, load_small_taxonomy, page, to_frame

from newsmill.topics.assignment import assign_topics
from newsmill.topics.mentions import find_mentions
from newsmill.topics.tables import PAGE_TOPICS
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy

FILLER = "The weather was plain and the roads were dry that day. " * 20
HINT = "AI built a bridge. "  # scores 1


@pytest.fixture
def small(tmp_path: Path) -> Taxonomy:
    return load_small_taxonomy(tmp_path)


def test_one_clear_sentence_makes_the_topic_part(small: Taxonomy) -> None:
    assert find_topics(small, text=FILLER + "They crossed a river.") == {"rivers": "part"}


def test_one_hint_carries_no_topic(small: Taxonomy) -> None:
    assert find_topics(small, text=FILLER + HINT + FILLER) == {}


def test_many_hints_carry_a_topic(small: Taxonomy) -> None:
    assert find_topics(small, text=FILLER + HINT * 5 + FILLER * 2) == {}
    assert find_topics(small, text=FILLER + HINT * 6 + FILLER * 2) == {"bridges": "part"}


def test_hint_in_the_title_carries_a_topic(small: Taxonomy) -> None:
    assert find_topics(small, title="AI builds a bridge", text=FILLER) == {"bridges": "main"}


def test_hint_in_the_lead_weighs_more(small: Taxonomy) -> None:
    lead = "AI sees a bridge and a girder. "  # scores 1.5
    assert find_topics(small, text=FILLER + lead + FILLER) == {}
    assert find_topics(small, text=lead + FILLER) == {"bridges": "part"}


def test_title_makes_the_topic_main(small: Taxonomy) -> None:
    assert find_topics(small, title="The river", text=FILLER) == {"rivers": "main"}
    assert find_topics(small, title="The river", text="") == {"rivers": "main"}


def test_lead_and_share_make_the_topic_main(small: Taxonomy) -> None:
    river = "The river rose again and the river fell again, as each spring. "
    assert find_topics(small, text=river + FILLER) == {"rivers": "part"}
    assert find_topics(small, text=river * 3 + FILLER) == {"rivers": "main"}


def test_large_share_of_the_body_makes_the_topic_main(small: Taxonomy) -> None:
    river = "The river rose again and the river fell again, as each spring. "
    assert find_topics(small, text=FILLER + river * 3) == {"rivers": "part"}
    assert find_topics(small, text=FILLER + river * 8) == {"rivers": "main"}


@pytest.mark.parametrize("line", ["River levels", "- river levels at noon", "| river | 3 m |", "## The river"])
def test_line_that_is_not_a_sentence_weighs_half(line: str, small: Taxonomy) -> None:
    assert find_topics(small, text=f"{FILLER}\n{line}\n{FILLER}") == {}


def test_topic_of_a_teaser_is_teaser_only(small: Taxonomy) -> None:
    assert find_topics(small, text=FILLER, teasers=[("The river", None)]) == {"rivers": "teaser"}
    assert find_topics(small, text=FILLER, teasers=[("News", "The river rose.")]) == {"rivers": "teaser"}


def test_teasers_never_make_a_topic_main(small: Taxonomy) -> None:
    frame = to_frame(page(text="Short.", teasers=[("The river", "River, rivers and a river.")] * 5))
    assert assign_topics(find_mentions(frame, small).mentions, frame).select("strength", "teaser_only").rows() == [
        ("part", True)
    ]


def test_teasers_do_not_change_a_topic_of_the_page(small: Taxonomy) -> None:
    alone = to_frame(page(text=FILLER + "A river."))
    teased = to_frame(page(text=FILLER + "A river.", teasers=[("The river", "The river rose.")]))
    assert assign_topics(find_mentions(teased, small).mentions, teased).equals(
        assign_topics(find_mentions(alone, small).mentions, alone)
    )


def test_hints_in_teasers_do_not_add_up(small: Taxonomy) -> None:
    assert find_topics(small, text=FILLER, teasers=[("News", HINT)] * 10) == {}


def test_hint_in_the_body_and_a_teaser_do_not_add_up(small: Taxonomy) -> None:
    assigned = find_topics(small, text=FILLER + HINT, teasers=[("A suspension bridge", None)])
    assert assigned == {"bridges": "teaser"}


def test_the_frame_is_the_table_in_the_order_of_pages(small: Taxonomy) -> None:
    frame = to_frame(page("z", text="A river."), page("b", text="Nothing."), page("a", text="An arch bridge. A river."))
    assigned = assign_topics(find_mentions(frame, small).mentions, frame)
    assert assigned.schema == PAGE_TOPICS.schema
    assert assigned.select("record_id", "topic").rows() == [("z", "rivers"), ("a", "bridges"), ("a", "rivers")]
    empty = pl.DataFrame(schema=PAGES)
    assert assign_topics(find_mentions(empty, small).mentions, empty).equals(PAGE_TOPICS.empty())


def test_scraped_page_has_its_topic_and_those_of_its_teasers(shared: Path) -> None:
    """AI video from title and body; regulation and defence from two of its three teasers."""
    lines = (shared / "data" / "seed" / "000_8ff174e286531819.txt").read_text(encoding="utf-8").splitlines()
    related = lines.index("Related article")
    row = page(
        title=lines[0],
        text="\n".join(lines[2:related]),
        teasers=[(lines[place], lines[place + 1]) for place in range(related + 1, related + 7, 2)],
    )
    frame, taxonomy = to_frame(row), load_taxonomy(SHIPPED)
    mentions = find_mentions(frame, taxonomy).mentions
    assert find_topics(taxonomy, **{name: row[name] for name in ("title", "text")}) == {"ai_video_models": "main"}
    assigned = assign_topics(mentions, frame).select("topic", "strength", "teaser_only").rows()
    assert assigned == [
        ("ai_video_models", "main", False),
        ("ai_regulation", "part", True),
        ("defense_partnerships", "part", True),
    ]
    places = {(topic, place) for topic, place in mentions.select("topic", "place").rows()}
    assert {("ai_video_models", "title"), ("ai_video_models", "body")} <= places
    assert mentions.filter(pl.col("teaser_position") == 2).is_empty()
    teasers = mentions.filter(pl.col("place") == "teaser").select("topic", "teaser_position").unique().rows()
    assert sorted(teasers) == [("ai_regulation", 0), ("defense_partnerships", 1)]
