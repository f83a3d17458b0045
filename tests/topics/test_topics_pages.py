"""Page topics: what carries a topic, what makes it the page's own, and what teasers may and may not do."""

from pathlib import Path

import polars as pl
import pytest
from topic_pages import PAGES, SHIPPED, page, pages_of, taxonomy_of, topics_of

from newsmill.topics.assignment import assign_topics
from newsmill.topics.mentions import find_mentions
from newsmill.topics.tables import PAGE_TOPICS
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy

FILLER = "The weather was plain and the roads were dry that day. " * 20
HINT = "AI built a bridge. "  # scores 1


@pytest.fixture
def small(tmp_path: Path) -> Taxonomy:
    return taxonomy_of(tmp_path)


def test_one_clear_sentence_makes_a_part(small: Taxonomy) -> None:
    assert topics_of(small, text=FILLER + "They crossed a river.") == {"rivers": "part"}


def test_a_hint_carries_nothing(small: Taxonomy) -> None:
    assert topics_of(small, text=FILLER + HINT + FILLER) == {}


def test_many_hints_carry(small: Taxonomy) -> None:
    assert topics_of(small, text=FILLER + HINT * 5 + FILLER * 2) == {}
    assert topics_of(small, text=FILLER + HINT * 6 + FILLER * 2) == {"bridges": "part"}


def test_a_hint_in_the_title_carries(small: Taxonomy) -> None:
    assert topics_of(small, title="AI builds a bridge", text=FILLER) == {"bridges": "main"}


def test_a_hint_in_the_lead_counts_more(small: Taxonomy) -> None:
    lead = "AI sees a bridge and a girder. "  # scores 1.5
    assert topics_of(small, text=FILLER + lead + FILLER) == {}
    assert topics_of(small, text=lead + FILLER) == {"bridges": "part"}


def test_the_title_makes_it_main(small: Taxonomy) -> None:
    assert topics_of(small, title="The river", text=FILLER) == {"rivers": "main"}
    assert topics_of(small, title="The river", text="") == {"rivers": "main"}


def test_lead_and_share_make_it_main(small: Taxonomy) -> None:
    river = "The river rose again and the river fell again, as each spring. "
    assert topics_of(small, text=river + FILLER) == {"rivers": "part"}
    assert topics_of(small, text=river * 3 + FILLER) == {"rivers": "main"}


def test_much_of_the_body_makes_it_main(small: Taxonomy) -> None:
    river = "The river rose again and the river fell again, as each spring. "
    assert topics_of(small, text=FILLER + river * 3) == {"rivers": "part"}
    assert topics_of(small, text=FILLER + river * 8) == {"rivers": "main"}


@pytest.mark.parametrize("line", ["River levels", "- river levels at noon", "| river | 3 m |", "## The river"])
def test_a_line_that_is_no_sentence_counts_half(line: str, small: Taxonomy) -> None:
    assert topics_of(small, text=f"{FILLER}\n{line}\n{FILLER}") == {}


def test_a_teaser_makes_a_part_of_its_own_kind(small: Taxonomy) -> None:
    assert topics_of(small, text=FILLER, teasers=[("The river", None)]) == {"rivers": "teaser"}
    assert topics_of(small, text=FILLER, teasers=[("News", "The river rose.")]) == {"rivers": "teaser"}


def test_teasers_never_make_main(small: Taxonomy) -> None:
    frame = pages_of(page(text="Short.", teasers=[("The river", "River, rivers and a river.")] * 5))
    assert assign_topics(find_mentions(frame, small).mentions, frame).select("strength", "teaser_only").rows() == [
        ("part", True)
    ]


def test_teasers_add_nothing_to_a_page_of_its_own(small: Taxonomy) -> None:
    alone = pages_of(page(text=FILLER + "A river."))
    teased = pages_of(page(text=FILLER + "A river.", teasers=[("The river", "The river rose.")]))
    assert assign_topics(find_mentions(teased, small).mentions, teased).equals(
        assign_topics(find_mentions(alone, small).mentions, alone)
    )


def test_hints_in_teasers_do_not_add_up(small: Taxonomy) -> None:
    assert topics_of(small, text=FILLER, teasers=[("News", HINT)] * 10) == {}


def test_a_hint_in_the_body_stays_a_hint_beside_a_teaser(small: Taxonomy) -> None:
    told = topics_of(small, text=FILLER + HINT, teasers=[("A suspension bridge", None)])
    assert told == {"bridges": "teaser"}


def test_the_frame_is_the_table_in_the_order_of_pages(small: Taxonomy) -> None:
    frame = pages_of(page("z", text="A river."), page("b", text="Nothing."), page("a", text="An arch bridge. A river."))
    told = assign_topics(find_mentions(frame, small).mentions, frame)
    assert told.schema == PAGE_TOPICS.schema
    assert told.select("record_id", "topic").rows() == [("z", "rivers"), ("a", "bridges"), ("a", "rivers")]
    empty = pl.DataFrame(schema=PAGES)
    assert assign_topics(find_mentions(empty, small).mentions, empty).equals(PAGE_TOPICS.empty())


def test_the_scraped_page(shared: Path) -> None:
    """AI video from title and body; regulation and defence from two of its three teasers."""
    lines = (shared / "data" / "seed" / "000_8ff174e286531819.txt").read_text(encoding="utf-8").splitlines()
    related = lines.index("Related article")
    row = page(
        title=lines[0],
        text="\n".join(lines[2:related]),
        teasers=[(lines[place], lines[place + 1]) for place in range(related + 1, related + 7, 2)],
    )
    frame, taxonomy = pages_of(row), load_taxonomy(SHIPPED)
    mentions = find_mentions(frame, taxonomy).mentions
    assert topics_of(taxonomy, **{name: row[name] for name in ("title", "text")}) == {"ai_video_models": "main"}
    told = assign_topics(mentions, frame).select("topic", "strength", "teaser_only").rows()
    assert told == [
        ("ai_video_models", "main", False),
        ("ai_regulation", "part", True),
        ("defense_partnerships", "part", True),
    ]
    places = {(topic, place) for topic, place in mentions.select("topic", "place").rows()}
    assert {("ai_video_models", "title"), ("ai_video_models", "body")} <= places
    assert mentions.filter(pl.col("teaser_position") == 2).is_empty()
    teasers = mentions.filter(pl.col("place") == "teaser").select("topic", "teaser_position").unique().rows()
    assert sorted(teasers) == [("ai_regulation", 0), ("defense_partnerships", 1)]
