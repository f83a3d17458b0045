"""Entities in mentions, Chinese in both scripts, boilerplate, and lines that point to other pages."""

from pathlib import Path

import polars as pl
import pytest
from topic_pages import SHIPPED, SMALL, find_mentions_in, find_topics, load_small_taxonomy, page, to_frame

from newsmill.topics.matching.chinese_scripts import to_other_script
from newsmill.topics.mentions import find_mentions
from newsmill.topics.tables import ENTITIES
from newsmill.topics.taxonomy import Taxonomy, load_taxonomy

FILLER = "The weather was plain and the roads were dry that day. " * 20
WITH_MAKERS = SMALL.replace(
    "      maker:\n        includes: [ai]\n        en: [Acme]\n",
    """      maker:
        includes: [ai]
        en: [builder]
        entities:
          - kind: company
            names:
              Acme: [Acme, Acme Corp, アクメ]
""",
)


@pytest.fixture
def small(tmp_path: Path) -> Taxonomy:
    return load_small_taxonomy(tmp_path, WITH_MAKERS)


@pytest.fixture(scope="module")
def shipped() -> Taxonomy:
    return load_taxonomy(SHIPPED)


def count_entities(taxonomy: Taxonomy, **kinds: object) -> list[tuple[str, str, str, str, int]]:
    found = find_mentions(to_frame(page(**kinds)), taxonomy).entities  # type: ignore[arg-type]
    assert found.schema == ENTITIES.schema
    return found.select("entity", "kind", "topic", "place", "count").rows()


def test_entities_are_counted_in_the_mentions_of_a_topic(small: Taxonomy) -> None:
    text = "Acme builds a suspension bridge, says Acme. Acme sells soap."
    assert count_entities(small, text=text) == [("Acme", "company", "bridges", "body", 2)]


def test_overlapping_spellings_count_once(small: Taxonomy) -> None:
    assert count_entities(small, text="Acme Corp builds a suspension bridge.") == [
        ("Acme", "company", "bridges", "body", 1)
    ]


def test_entities_are_counted_by_place_and_topic(small: Taxonomy) -> None:
    rows = count_entities(small, title="アクメの大桥", text="Acme bridges a river with a suspension bridge.")
    assert rows == [
        ("Acme", "company", "bridges", "title", 1),
        ("Acme", "company", "bridges", "body", 1),
        ("Acme", "company", "rivers", "body", 1),
    ]


def test_entity_can_be_a_word_of_a_context(small: Taxonomy) -> None:
    assert [row["score"] for row in find_mentions_in("Acme: a cable on a suspension bridge.", small)] == [2.5]


def test_entity_that_needs_a_context_is_named_only_with_it(shipped: Taxonomy) -> None:
    named = count_entities(shipped, text="The runway crew filmed AI video of the Runway staff.")
    assert ("Runway", "model", "ai_video_models", "body", 1) in named
    assert all(row[0] != "Runway" for row in count_entities(shipped, text="Runway lights failed at the airport."))


@pytest.mark.parametrize(("simplified", "traditional"), [("深度伪造视频", "深度偽造視頻"), ("发布规定", "發布規定")])
def test_phrase_is_converted_to_the_other_script(simplified: str, traditional: str) -> None:
    assert to_other_script(simplified) == [traditional]
    assert to_other_script(traditional) == [simplified]
    assert to_other_script("AI") == []


def test_both_scripts_are_found(shipped: Taxonomy) -> None:
    for text in ("国家网信办约谈豆包，要求整改。", "國家網信辦約談豆包，要求整改。"):
        assert find_topics(shipped, title=text, text=FILLER) == {"ai_regulation": "main"}


def test_boilerplate_is_not_searched(small: Taxonomy) -> None:
    text = "A river. " + FILLER + "An arch bridge."
    frame = to_frame(page(text=text)).with_columns(
        boilerplate=pl.Series([[{"start": len(text) - 15, "end": len(text)}]])
    )
    assert find_mentions(frame, small).mentions["topic"].to_list() == ["rivers"]


def test_no_phrase_reaches_into_boilerplate(small: Taxonomy) -> None:
    for start, end in ((0, 4), (12, 14), (-5, 3), (0, 10_000)):
        frame = to_frame(page(text="A suspension bridge.")).with_columns(
            boilerplate=pl.Series([[{"start": start, "end": end}]])
        )
        assert find_mentions(frame, small).mentions.is_empty(), (start, end)


def test_null_and_empty_boilerplate_hide_nothing(small: Taxonomy) -> None:
    frame = to_frame(page(text="A river."), page("r2", text="A river."))
    spans = pl.Series([None, []], dtype=pl.List(pl.Struct({"start": pl.Int64, "end": pl.Int64})))
    assert find_mentions(frame.with_columns(boilerplate=spans), small).mentions.height == 2


@pytest.mark.parametrize(
    "line",
    [
        "Related articles: A suspension bridge opens in the north of the country.",
        "相关阅读：《一座大桥开通，两岸居民奔走相告》。",
        "River --> Bridge over the long and winding river of the valley.",
    ],
)
def test_line_that_points_to_other_pages_carries_no_topic(line: str, small: Taxonomy) -> None:
    assert find_topics(small, text=f"{FILLER}\n{line}\n{FILLER}") == {}


def test_duplicate_alias_is_refused(tmp_path: Path) -> None:
    from newsmill.errors import UserError

    with pytest.raises(UserError, match=r"field contexts\.maker\.entities: 'Acme' appears twice"):
        load_small_taxonomy(tmp_path, WITH_MAKERS.replace("Acme Corp,", "Acme,"))


@pytest.mark.timeout(20)
def test_hostile_texts_take_bounded_time(small: Taxonomy) -> None:
    text = "suspension bridge cocktail AI bridge " * 8_000
    assert find_mentions_in(text, small) != []
