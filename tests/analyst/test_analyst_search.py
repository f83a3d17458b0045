"""Full-text search over stories, with and without the index."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from small_copy import Page, publish

from newsmill.analyst.search import search_stories
from newsmill.analyst.search_index import build_index, extension, index_path
from newsmill.errors import UserError
from newsmill.warehouse.connection import open_reader

PAGES = [
    Page("act", "The AI Act in force", "Brussels wants records. The act binds providers.", topics=("ai_regulation",)),
    Page("copy", "The AI Act in force", "Brussels wants records. Seaweed. The act binds providers.", story="act"),
    Page("aside", "Harbour news", "A ferry came. Someone named the AI Act. " + "Nothing else happened. " * 30),
    Page("rules", "New regulations", "Many regulations were written by providers.", day="2026-10-12"),
    Page("ja", "政府のＡＩ指針案", "政府は新しい指針案を公表した。自治体は記録を残す。", topics=("ai_regulation",)),
    Page("zh", "模型进入涉密网络", "美国国防部表示，模型将在网络内运行。", topics=("defense_partnerships",)),
    Page("ko", "인공지능 규제", "정부는 인공지능 규제를 발표했다."),
    Page("fr", "Le ministère teste", "Un modèle de langue sur ses réseaux.", day="2026-10-14"),
]
QUERIES = ["AI act", '"AI Act"', "act ferry", "providers", "指針案", "ＡＩ", "网络", "国防部 模型", "규제", "ministere",
           "法", "模", "nowhere", "act nowhere", '"act AI"']  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(PAGES, tmp_path_factory.mktemp("home"))


@pytest.fixture
def con(copy: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_reader(copy) as con:
        yield con


def require_extension() -> None:
    """Skip where the extra `search` is not installed; in CI it is, so there its absence is a failure."""
    try:
        extension()
    except UserError as error:
        pytest.fail(str(error)) if os.environ.get("CI") == "true" else pytest.skip(str(error))


@pytest.fixture(scope="module")
def index(copy: Path) -> Path:
    require_extension()
    path = index_path(copy.parent.parent, copy)
    build_index(copy, path)
    return path


def stories(con: duckdb.DuckDBPyConnection, query: str, **options: object) -> list[str]:
    return search_stories(con, query, **options)["story_id"].to_list()  # type: ignore[arg-type]


def test_all_words_must_occur_and_headlines_rank_higher(con: duckdb.DuckDBPyConnection) -> None:
    assert stories(con, "ai act") == ["act", "aside"]
    assert stories(con, "act ferry") == ["aside"]
    assert stories(con, "act nowhere") == []


def test_a_story_is_found_once_by_its_canonical_page(con: duckdb.DuckDBPyConnection) -> None:
    [story] = search_stories(con, "binds").to_dicts()
    assert (story["story_id"], story["pages"], story["outlets"], story["topics"]) == ("act", 2, 2, ["ai_regulation"])
    assert story["url"] == "https://act.test/"
    assert story["sentence"] == "The act binds providers."
    assert stories(con, "seaweed") == []


@pytest.mark.parametrize(("query", "story"), [("指針案", "ja"), ("网络", "zh"), ("규제", "ko"), ("ministere", "fr")])
def test_every_script_and_accent_is_found(query: str, story: str, con: duckdb.DuckDBPyConnection) -> None:
    assert stories(con, query) == [story]


def test_results_are_filtered_by_topic_day_and_limit(con: duckdb.DuckDBPyConnection) -> None:
    assert set(stories(con, "ai")) == {"act", "aside", "ja"}
    assert set(stories(con, "ai", topic="ai_regulation")) == {"act", "ja"}
    assert stories(con, "providers", since=dt.date(2026, 10, 10)) == ["rules"]
    assert len(stories(con, "providers", limit=1)) == 1


def test_a_topic_without_pages_is_an_error(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(UserError, match="ai_regulation, defense_partnerships"):
        search_stories(con, "act", topic="sport")


def test_a_copy_without_the_views_is_an_error(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "old.duckdb")) as con, pytest.raises(UserError, match="publishes a new copy"):
        search_stories(con, "act")


def test_a_query_is_neither_sql_nor_a_pattern(con: duckdb.DuckDBPyConnection) -> None:
    for query in ("act'); drop table x; --", "a.*t", "[act", "act\\", "$topic act"):
        search_stories(con, query)
    assert stories(con, "a.t") == []


def test_the_index_finds_the_same_stories(con: duckdb.DuckDBPyConnection, index: Path) -> None:
    found = {query: set(stories(con, query)) for query in QUERIES}
    assert {query: set(stories(con, query, index=index)) for query in QUERIES} == found
    assert sum(map(bool, found.values())) >= 11


def test_the_index_finds_english_forms_of_words(con: duckdb.DuckDBPyConnection, index: Path) -> None:
    [story] = search_stories(con, "regulation writing provider", index=index).to_dicts() or [{}]
    assert story == {}  # `writing` and `written` have no common stem
    [story] = search_stories(con, "regulating provider", index=index).to_dicts()
    assert story["sentence"] == "Many regulations were written by providers."
    assert stories(con, "regulating provider") == []


def test_building_an_index_deletes_those_of_earlier_copies(copy: Path, tmp_path: Path) -> None:
    require_extension()
    own = tmp_path / "copy.duckdb"
    own.write_bytes(copy.read_bytes())
    first = index_path(tmp_path, own)
    build_index(own, first)
    os.utime(own, ns=(1, 1))
    second = index_path(tmp_path, own)
    assert second != first
    build_index(own, second)
    assert list((tmp_path / "search").iterdir()) == [second]


def test_without_the_extra_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'newsmill\[search\]'"):
        extension()


def test_an_extension_for_another_duckdb_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    require_extension()
    monkeypatch.setattr("duckdb.__version__", "9.9.9")
    with pytest.raises(UserError, match=r"not v9\.9\.9"):
        extension()
