"""`newsmill.cluster`: stories of a frame of pages, without a home folder."""

import datetime as dt
import doctest

import polars as pl
import pytest
from stories_database import Database, article, edited, frame, page

import newsmill
from newsmill.stories import in_memory, verify
from newsmill.stories.in_memory import RESULT_COLUMNS
from newsmill.stories.text import changes

URL = "https://site.example/1"


def test_results_are_those_of_a_run_over_the_same_pages():
    pages = [
        page("a", article(1), url=URL),
        page("b", edited(article(1), 10), url=URL, hour=7, title="Bridge opens"),
        page("c", article(1), hour=8),
        page("d", edited(article(1), 20, 50), day=1),
        page("e", article(2), day=1, kind="front"),
        page("f", "", day=1),
    ]
    result = newsmill.cluster(frame(pages))
    members = Database().load(pages).members()
    assert result["record_id"].to_list() == list("abcdef")
    for row in result.to_dicts():
        assert {name: row[name] for name in RESULT_COLUMNS} == {
            name: members[row["record_id"]][name] for name in RESULT_COLUMNS
        }


def test_text_alone_is_enough():
    result = newsmill.cluster(pl.DataFrame({"text": [article(n % 3) for n in range(12)]}))
    assert result["record_id"].to_list() == [f"{n:02}" for n in range(12)]
    assert result["story_id"].to_list() == [f"s{n % 3:02}" for n in range(12)]
    assert set(result["relation"]) == {"original", "copy"}
    assert result["url"].null_count() == 12


def test_the_page_fetched_first_is_canonical():
    times = [dt.datetime(2026, 3, 1, 9), dt.datetime(2026, 3, 1, 6)]
    result = newsmill.cluster(pl.DataFrame({"text": [article(1)] * 2, "url": ["u", "v"], "fetched_at": times}))
    assert result["is_canonical"].to_list() == [False, True]


def test_no_pages_give_no_rows():
    result = newsmill.cluster(pl.DataFrame({"text": []}, {"text": pl.String}))
    assert result.columns == ["record_id", "url", *RESULT_COLUMNS]
    assert result.is_empty()


@pytest.mark.parametrize("columns", [{"title": ["x"]}, {"text": ["x", "y"], "record_id": ["a", "a"]}])
def test_pages_without_text_or_with_repeated_ids_are_refused(columns):
    with pytest.raises(ValueError, match="cluster: "):
        newsmill.cluster(pl.DataFrame(columns))


@pytest.mark.parametrize("module", [in_memory, changes, verify])
def test_doctests(module):
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
