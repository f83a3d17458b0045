"""The shipped sample: its files are what truth.jsonl says, and its builder makes them again."""

from __future__ import annotations

import datetime as dt
import gzip
import html
import io
import itertools
import json
import re
import runpy
import zlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from warcio.archiveiterator import ArchiveIterator

from newsmill.sources.folder import read_folder

SAMPLE = Path(__file__).resolve().parents[2] / "sample"
INPUT = SAMPLE / "input"
TRUTH: list[dict[str, Any]] = [json.loads(line) for line in (SAMPLE / "truth.jsonl").open(encoding="utf-8")]
PAGES = [row for row in TRUTH if row["outcome"] == "page"]
ARTICLES = [row for row in PAGES if row["kind"] != "front"]
ORIGINALS = [row for row in ARTICLES if row["relation"] == "original"]

LANGUAGES = {"en", "zh", "ja", "fr", "de"}
TOPICS = {"ai_video_models", "ai_regulation", "defense_partnerships"}
BURST = {"2026-10-13", "2026-10-14", "2026-10-15"}
UNSPACED = {"zh", "ja"}


def files() -> list[Path]:
    return sorted(path for path in INPUT.rglob("*") if path.is_file() and path.name != "manifest.jsonl")


def relative(path: Path) -> str:
    return path.relative_to(INPUT).as_posix()


def raw(row: dict[str, Any]) -> bytes:
    """The bytes of a record that is a file of its own."""
    data = (INPUT / row["source_path"]).read_bytes()
    return gzip.decompress(data) if row["source_path"].endswith(".gz") else data


def file_rows(*endings: str) -> list[dict[str, Any]]:
    return [row for row in PAGES if row["source_path"].removesuffix(".gz").endswith(endings)]


def markup(row: dict[str, Any]) -> str:
    """An HTML page in the charset that it declares."""
    data = raw(row)
    charset = re.search(rb"charset=\"?([\w-]+)", data, re.IGNORECASE)
    assert charset, row["source_path"]
    return data.decode(charset[1].decode())


def words(text: str) -> list[str]:
    spaced = re.sub(r"([\u3005-\u30ff\u3400-\u9fff])", r" \1 ", text.lower())
    return re.findall(r"\w+", spaced)


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + 5]) for at in range(len(found) - 4)}


def jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)


# ---- the builder


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    runpy.run_path(str(SAMPLE / "build.py"))["build"](out)
    return out


def test_the_builder_makes_the_same_files(rebuilt: Path) -> None:
    made = {path.relative_to(rebuilt / "input").as_posix() for path in (rebuilt / "input").rglob("*") if path.is_file()}
    assert made == {relative(path) for path in INPUT.rglob("*") if path.is_file()}
    for name in sorted(made):
        shipped, again = INPUT / name, rebuilt / "input" / name
        if name.endswith(".parquet"):  # its writer signs it with its version
            assert_frame_equal(pl.read_parquet(shipped), pl.read_parquet(again))
        else:
            assert unpacked(shipped) == unpacked(again), name


def unpacked(path: Path) -> bytes:
    """What zlib of whatever version has packed; the file itself where that is broken."""
    data = path.read_bytes()
    try:
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except zlib.error:
        return data


def test_the_builder_makes_the_same_truth(rebuilt: Path) -> None:
    assert (rebuilt / "truth.jsonl").read_bytes() == (SAMPLE / "truth.jsonl").read_bytes()


def test_the_builder_twice_in_one_process_makes_the_same_bytes(rebuilt: Path, tmp_path: Path) -> None:
    runpy.run_path(str(SAMPLE / "build.py"))["build"](tmp_path)
    for path in sorted(rebuilt.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / path.relative_to(rebuilt)).read_bytes(), path.name


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 3 * 2**20


# ---- truth and files


def test_every_file_has_its_rows_and_its_line_in_the_manifest() -> None:
    assert {relative(path) for path in files()} == {row["source_path"] for row in TRUTH}
    for manifest in INPUT.glob("*/manifest.jsonl"):
        listed = [json.loads(line)["file"] for line in manifest.open(encoding="utf-8")]
        assert sorted(listed) == sorted(path.name for path in files() if path.parent == manifest.parent)


def test_truth_has_one_row_per_record() -> None:
    keys = Counter((row["source_path"], row["url"]) for row in TRUTH)
    assert max(keys.values()) == 1


def test_containers_have_the_records_of_truth() -> None:
    counts = Counter(row["source_path"] for row in TRUTH)
    for path in files():
        count = 1
        if path.name.endswith(".warc.gz"):
            count = sum(record.rec_type == "response" for record in warc_records(path))
        elif path.suffix == ".jsonl":
            count = len(path.read_text(encoding="utf-8").splitlines())
        elif path.suffix == ".parquet":
            count = pl.read_parquet(path).height
        elif path.suffix == ".xml" and path.name != "harborledger-rss.xml":  # that one is broken
            count = len(feed_links(path))
        assert counts[relative(path)] == count, relative(path)


def test_the_reader_finds_the_records_of_truth() -> None:
    found = {
        (record.source_path, record.url): (record.ingest_date.isoformat(), f"{record.fetched_at.isoformat()}Z")
        for record in read_folder(INPUT)
    }
    expected = {(row["source_path"], row["url"]): (row["ingest_date"], row["fetched_at"]) for row in TRUTH}
    assert found.keys() == expected.keys()
    for key, (ingest_date, fetched_at) in expected.items():
        assert found[key][0] == ingest_date
        assert fetched_at in (None, found[key][1]), key


def warc_records(path: Path) -> list[Any]:
    return list(ArchiveIterator(io.BytesIO(path.read_bytes())))


def feed_links(path: Path) -> list[str]:
    root = ElementTree.fromstring(path.read_bytes())
    atom = "{http://www.w3.org/2005/Atom}"
    links = [item.findtext("link") or "" for item in root.iter("item")]
    return links + [entry.find(f"{atom}link").attrib["href"] for entry in root.iter(f"{atom}entry")]  # type: ignore[union-attr]


@pytest.mark.parametrize("row", file_rows(".html"), ids=lambda row: row["source_path"])
def test_a_page_shows_its_title_text_and_teasers(row: dict[str, Any]) -> None:
    shown = html.unescape(markup(row))
    for text in [row["title"], *(row["body"] or "").split("\n"), *row["teaser_titles"]]:
        assert text in shown


def test_dumps_repeat_the_body_and_truncate_their_teasers() -> None:
    dumps = file_rows(".txt")
    assert {row["language"] for row in dumps} >= {"en", "zh"}
    for row in dumps:
        text = raw(row).decode()
        assert text.count(row["body"]) == 2
        for title in row["teaser_titles"]:
            assert text.count(title) >= 2
            snippet = text.split(f"\n{title}\n")[1].split("\n")[0]
            original = next(other for other in ORIGINALS if other["title"] == title)
            assert original["body"].startswith(snippet) and not snippet.endswith((".", "。"))


def test_pages_in_legacy_charsets_are_not_utf_8() -> None:
    declared = Counter()
    for row in file_rows(".html"):
        charset = re.search(rb"charset=\"?([\w-]+)", raw(row), re.IGNORECASE)
        assert charset
        if charset[1].lower() != b"utf-8":
            declared[charset[1].decode()] += 1
            with pytest.raises(UnicodeDecodeError):
                raw(row).decode("utf-8")
    assert declared.keys() == {"gb18030", "shift_jis", "windows-1252"}


STATED = {
    "harborledger": '"datePublished": "{day}T',
    "circuitpost": 'article:published_time" content="{day}T',
    "civicmonitor": '<time datetime="{day}T',
    "northcoastdispatch": "/{year}/{month}/{dd}/",
    "kanhaiwang": 'publishdate" content="{day}"',
    "chenguang": "{year}年{m}月{d}日",
    "minatoshimpo": '<time datetime="{day}T',
    "techkawara": '"datePublished": "{day}T',
    "lefanal": 'article:published_time" content="{day}T',
    "courrierdesquais": "le {d} octobre {year}",
    "mainuferpost": '"datePublished": "{day}T',
    "werkbank": "{d}. Oktober {year}",
}


def test_pages_state_their_date_where_their_site_does() -> None:
    seen = set()
    for row in file_rows(".html"):
        if row["kind"] == "front":
            assert row["published"] is None
            continue
        site = row["source_path"].partition("/")[2].partition("-")[0]
        day = dt.date.fromisoformat(row["published"])
        stated = STATED[site].format(day=day, year=day.year, month=f"{day:%m}", dd=f"{day:%d}", m=day.month, d=day.day)
        assert stated in html.unescape(markup(row)), row["source_path"]
        seen.add(site)
    assert seen == STATED.keys()


# ---- what the sample must hold


def test_it_is_large_and_varied_enough() -> None:
    assert len(TRUTH) >= 100
    assert len(PAGES) >= 80
    assert len({row["ingest_date"] for row in TRUTH}) == 14
    assert len({row["url"].split("/")[2] for row in PAGES}) == 12
    assert {row["language"] for row in PAGES} == LANGUAGES
    assert {row["kind"] for row in PAGES} == {"article", "front", "feed_item", "text_dump"}
    kinds = {path.name.removesuffix(".gz").rpartition(".")[2] for path in files()}
    assert kinds == {"html", "txt", "md", "xml", "warc", "jsonl", "parquet"}


def test_every_relation_occurs() -> None:
    relations = Counter(row["relation"] for row in ARTICLES)
    assert relations["refetch"] >= 8
    assert relations["revision"] >= 4
    assert relations["copy"] >= 8
    assert relations["edited_copy"] >= 5
    assert len(ORIGINALS) == len({row["story"] for row in ARTICLES})


def test_every_kind_of_junk_occurs() -> None:
    reasons = {row["reason"] for row in TRUTH if row["outcome"] == "quarantined"}
    assert reasons == {
        "no_body", "bad_gzip", "bad_xml", "bad_date", "http_status", "cookie_wall",
        "not_found_page", "undecodable", "unknown_charset",
    }  # fmt: skip


def test_all_topics_in_all_languages_and_pages_without() -> None:
    held = {(topic, row["language"]) for row in ARTICLES for topic, place in row["topics"].items() if place == "main"}
    assert held == set(itertools.product(TOPICS, LANGUAGES))
    assert any("part" in row["topics"].values() for row in ARTICLES)
    assert sum("teaser" in row["topics"].values() for row in ARTICLES) >= 5
    assert {row["language"] for row in ORIGINALS if not row["topics"]} == LANGUAGES
    assert sum(not row["topics"] for row in ORIGINALS) >= 20


def test_ai_video_bursts() -> None:
    days = Counter(row["published"] or row["hint_published"] or row["fetched_at"][:10]
                   for row in ORIGINALS if row["topics"].get("ai_video_models") == "main")  # fmt: skip
    assert min(days[day] for day in BURST) >= 5
    assert max(count for day, count in days.items() if day not in BURST) <= 1


def test_an_original_comes_after_its_copy() -> None:
    original = next(row for row in ORIGINALS if row["story"] == "de/bundeswehr-helsing")
    copy = next(row for row in ARTICLES if row["story"] == original["story"] and row["relation"] == "copy")
    assert original["ingest_date"] > copy["ingest_date"]
    assert original["published"] <= copy["published"]


# ---- texts


@pytest.mark.parametrize("row", ORIGINALS, ids=lambda row: row["story"])
def test_texts_are_of_an_article_s_length(row: dict[str, Any]) -> None:
    if row["language"] in UNSPACED:
        assert 250 <= len(row["body"]) <= 700
    else:
        assert 120 <= len(row["body"].split()) <= 350


def test_texts_are_in_their_script() -> None:
    for row in ORIGINALS:
        kana = bool(re.search(r"[\u3040-\u30ff]", row["body"]))
        han = bool(re.search(r"[\u3400-\u9fff]", row["body"]))
        assert (kana, han) == (row["language"] == "ja", row["language"] in UNSPACED), row["story"]


def test_different_stories_are_not_alike() -> None:
    by_language = defaultdict(list)
    for row in ORIGINALS:
        by_language[row["language"]].append((row["story"], shingles(row["body"])))
    for stories in by_language.values():
        for (one, a), (other, b) in itertools.combinations(stories, 2):
            assert jaccard(a, b) < 0.3, (one, other)


def test_relations_hold_between_texts_and_urls() -> None:
    original_of = {row["story"]: row for row in ORIGINALS}
    for row in ARTICLES:
        original = original_of[row["story"]]
        page = row["url"].partition("?utm_")[0]
        earlier = [other for other in ARTICLES if other["story"] == row["story"] and other["url"] == page]
        same_text = row["body"] == original["body"]
        match row["relation"]:
            case "refetch":
                assert min(other["fetched_at"] for other in earlier) < row["fetched_at"]
                assert row["body"] in [other["body"] for other in earlier]
            case "revision":
                assert not same_text and page == original["url"]
            case "copy":
                assert same_text and page != original["url"]
            case "edited_copy":
                assert not same_text and page != original["url"]
                assert row["jaccard"] >= 0.75
        if row["relation"] != "original":
            assert (row["jaccard"] is None) == same_text


def test_truth_s_jaccard_is_that_of_the_texts() -> None:
    bodies = {row["story"]: row["body"] for row in ORIGINALS}
    for row in ARTICLES:
        if row["jaccard"] is not None:
            measured = jaccard(shingles(row["body"]), shingles(bodies[row["story"]]))
            assert row["jaccard"] == pytest.approx(measured, abs=0.02), row["url"]


def test_a_refetch_brings_the_text_in_other_surroundings() -> None:
    fetched = defaultdict(list)
    for row in file_rows(".html"):
        if row["kind"] == "article":
            fetched[row["url"], row["body"]].append(raw(row))
    again = [bodies for bodies in fetched.values() if len(bodies) > 1]
    assert len(again) >= 8
    assert all(len(set(bodies)) == len(bodies) for bodies in again)
