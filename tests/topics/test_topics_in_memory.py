"""`newsmill.tag`: the topics of a frame of pages, without a home folder."""

import doctest
from pathlib import Path

import polars as pl
import pytest
from topic_pages import load_small_taxonomy

import newsmill
import newsmill.topics.tag
from newsmill.topics.taxonomy import Taxonomy


@pytest.fixture
def small(tmp_path: Path) -> Taxonomy:
    return load_small_taxonomy(tmp_path)


def test_example_in_the_docstring() -> None:
    failed, tried = doctest.testmod(newsmill.topics.tag)
    assert tried > 0
    assert failed == 0


def test_text_alone_is_enough(small: Taxonomy) -> None:
    pages = pl.DataFrame({"text": ["They crossed a river.", "Nothing.", None]})
    assert newsmill.tag(pages, small).to_dicts() == [
        {"record_id": "0", "topic": "rivers", "score": 3.0, "strength": "main", "teaser_only": False}
    ]


def test_title_and_teasers_are_read(small: Taxonomy) -> None:
    teasers = [{"position": 0, "title": "A suspension bridge", "snippet": None}]
    pages = pl.DataFrame({"record_id": ["a"], "title": ["The river"], "text": ["It rose."], "teasers": [teasers]})
    found = newsmill.tag(pages, small).select("record_id", "topic", "strength", "teaser_only").rows()
    assert found == [("a", "rivers", "main", False), ("a", "bridges", "part", True)]


def test_taxonomy_can_be_a_path(small: Taxonomy, tmp_path: Path) -> None:
    pages = pl.DataFrame({"text": ["They crossed a river."]})
    assert newsmill.tag(pages, tmp_path / "topics.yaml").equals(newsmill.tag(pages, small))


def test_batches_do_not_change_the_result(small: Taxonomy, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = pl.DataFrame({"text": ["They crossed a river.", "A suspension bridge.", "Nothing.", "Two rivers."]})
    whole = newsmill.tag(pages, small)
    assert whole.height == 3
    monkeypatch.setattr("newsmill.topics.tag.BATCH_PAGES", 1)
    assert newsmill.tag(pages, small).equals(whole)


def test_no_pages_give_no_rows(small: Taxonomy) -> None:
    empty = newsmill.tag(pl.DataFrame(schema={"text": pl.String}), small)
    assert empty.height == 0
    assert empty.columns == ["record_id", "topic", "score", "strength", "teaser_only"]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"title": ["The river"]}, "pages need a column `text`"),
        ({"text": ["a", "b"], "record_id": ["1", "1"]}, "record ids must be unique"),
        ({"text": ["a", "b"], "record_id": ["1", None]}, "record ids must be unique and not null"),
    ],
)
def test_wrong_columns_are_refused(columns: dict[str, list[str | None]], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        newsmill.tag(pl.DataFrame(columns))
