"""The shipped sample, processed by `newsmill run` and compared with its truth file."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

Row = dict[str, Any]


@pytest.fixture(scope="module")
def truth(project: Path) -> list[Row]:
    return [json.loads(line) for line in (project / "sample" / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def project() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def actual(home: Path) -> dict[tuple[str, str], Row]:
    """What the published copy says of every record, by source path and URL."""
    with duckdb.connect(str(home / "published" / "newsmill.duckdb"), read_only=True) as con:
        rows = con.execute(
            """
            select r.record_id, r.source_path, r.url, r.ingest_date, q.reason, q.detail,
                   p.kind, p.title, p.language, p.published_at::date as published, p.text, m.story_id, m.relation,
                   m.is_canonical, (select count(*) from clean.teasers t where t.record_id = r.record_id) as teasers,
                   (select list({topic: topic, strength: if(teaser_only, 'teaser', strength)} order by topic)
                    from topics.page_topics t where t.record_id = r.record_id) as topics
            from raw.records r left join clean.pages p using (record_id)
            left join quality.quarantine q using (record_id) left join stories.members m using (record_id)
            """
        ).pl()
    return {(row["source_path"], row["url"]): row for row in rows.to_dicts()}


@pytest.fixture(scope="module")
def both(truth: list[Row], actual: dict[tuple[str, str], Row]) -> list[tuple[Row, Row]]:
    """Truth and the actual rows, side by side; broken files have no URL of their own."""
    by_path = {path: row for (path, _), row in actual.items()}
    return [(row, actual.get((row["source_path"], row["url"])) or by_path[row["source_path"]]) for row in truth]


@pytest.fixture(scope="module")
def pages(both: list[tuple[Row, Row]]) -> list[tuple[Row, Row]]:
    return [(true, said) for true, said in both if true["outcome"] == "page"]


def mismatches(rows: list[tuple[Row, Row]], of: str, actual: Callable[[Row], Any] | None = None) -> list[str]:
    """Where the actual rows differ from the truth, in words a person can follow."""
    actual = actual or (lambda row: row[of])
    return [
        f"{true['source_path']} {true['url']}: {actual(row)!r}, not {true[of]!r}"
        for true, row in rows
        if actual(row) != true[of]
    ]


def test_every_record_is_there_and_no_other(truth: list[Row], actual: dict[tuple[str, str], Row]) -> None:
    assert len(actual) == len(truth)
    assert len({row["record_id"] for row in actual.values()}) == len(truth)


def test_pages_are_pages_and_the_rest_is_quarantined_for_the_right_reason(both: list[tuple[Row, Row]]) -> None:
    assert mismatches(both, "outcome", lambda said: "page" if said["kind"] else "quarantined") == []
    assert mismatches(both, "reason") == []
    assert all(said["detail"] for true, said in both if true["outcome"] == "quarantined")


def test_titles_are_the_headlines(pages: list[tuple[Row, Row]]) -> None:
    """Spaces aside: an ideographic one may come out plain."""
    titles = [({**true, "title": true["title"].split()}, said) for true, said in pages if true["title"]]
    assert mismatches(titles, "title", lambda said: (said["title"] or "").split()) == []


def test_teasers_are_kept_apart(home: Path, pages: list[tuple[Row, Row]]) -> None:
    """Every teaser the page has is found; most-read lists may be counted among them."""
    with duckdb.connect(str(home / "published" / "newsmill.duckdb"), read_only=True) as con:
        found = dict(con.execute("select record_id, list(title) from clean.teasers group by record_id").fetchall())
    missing = [
        f"{true['source_path']}: {title}"
        for true, said in pages
        for title in true["teaser_titles"]
        if title.split() not in [teaser.split() for teaser in found.get(said["record_id"], [])]
    ]
    assert missing == []


@pytest.mark.parametrize("of", ["kind", "language", "relation"])
def test_pages_are_read_as_what_they_are(pages: list[tuple[Row, Row]], of: str) -> None:
    assert mismatches(pages, of) == []


def test_dates_are_those_the_pages_state(pages: list[tuple[Row, Row]]) -> None:
    stated = [(true, said) for true, said in pages if true["published"]]
    assert mismatches(stated, "published", lambda said: str(said["published"])) == []


def word_f1(said: str, true: str) -> float:
    told_words, true_words = (
        Counter(re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+", text.lower()))
        for text in (said, true)
    )
    return 2 * (told_words & true_words).total() / max(1, told_words.total() + true_words.total())


def test_bodies_are_clean_and_not_repeated(pages: list[tuple[Row, Row]]) -> None:
    scored = [(word_f1(said["text"], true["body"]), true["source_path"]) for true, said in pages if true["body"]]
    assert [pair for pair in scored if pair[0] < 0.95] == []
    assert sum(score for score, _ in scored) / len(scored) > 0.99


def test_stories_are_the_true_stories(pages: list[tuple[Row, Row]]) -> None:
    pairs = pl.DataFrame({"true": [t["story"] for t, _ in pages], "actual": [s["story_id"] for _, s in pages]})
    assert pairs["actual"].null_count() == 0
    split = pairs.group_by("true").agg(pl.col("actual").n_unique()).filter(pl.col("actual") > 1)
    joined = (
        pairs.group_by("actual")
        .agg(pl.col("true").n_unique(), pl.col("true").unique().alias("of"))
        .filter(pl.col("true") > 1)
    )
    assert split.to_dicts() == []
    assert joined.to_dicts() == []


def test_the_late_original_is_canonical(pages: list[tuple[Row, Row]]) -> None:
    canonical = {true["story"]: said["source_path"] for true, said in pages if said["is_canonical"]}
    late = [
        (true, said)
        for true, said in pages
        if true["relation"] == "original"
        and any(other["story"] == true["story"] and other["ingest_date"] < true["ingest_date"] for other, _ in pages)
    ]
    assert late
    assert all(canonical[true["story"]] == said["source_path"] for true, said in late)


def actual_topics(said: Row) -> dict[str, str]:
    return {topic["topic"]: topic["strength"] for topic in said["topics"] or []}


def test_topics_are_the_true_topics(pages: list[tuple[Row, Row]]) -> None:
    which = [({**true, "topics": set(true["topics"])}, said) for true, said in pages]
    assert mismatches(which, "topics", lambda said: set(actual_topics(said))) == []


def test_topics_are_as_strong_as_a_reader_finds_them(pages: list[tuple[Row, Row]]) -> None:
    """What a page is chiefly about is a matter of judgement, so a few may differ; never a teaser's topic."""
    differ = mismatches(pages, "topics", actual_topics)
    assert len(differ) <= 0.03 * len(pages), differ
    for true, said in pages:
        teasers = {topic for topic, strength in actual_topics(said).items() if strength == "teaser"}
        assert teasers == {topic for topic, strength in true["topics"].items() if strength == "teaser"}


def test_the_burst_is_found(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "newsmill.duckdb"), read_only=True) as con:
        bursts = con.execute("select topic, start_day::varchar, end_day::varchar from trends.topic_bursts").fetchall()
    assert [topic for topic, *_ in bursts] == ["ai_video_models"]
    [(_, start, end)] = bursts
    assert "2026-10-13" <= start <= end <= "2026-10-15"


def test_a_page_read_by_trafilatura_is_not_a_change_of_extractor(home: Path) -> None:
    with duckdb.connect(str(home / "published" / "newsmill.duckdb"), read_only=True) as con:
        [(read_by, changed)] = con.execute(
            "select (select count(distinct extracted_by) from clean.pages), sum(abs(extractor)) "
            "from trends.change_decomposition"
        ).fetchall()
    assert read_by > 1 and changed == 0
