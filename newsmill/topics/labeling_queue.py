"""Choose the pages that a person labels next: some drawn uniformly, some whose tagging is least certain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

import polars as pl

from newsmill.topics.assignment import MIN_CLEAR_SCORE
from newsmill.types import Connection

EXCERPT_CHARS = 1500


@dataclass(frozen=True)
class Question:
    """One page and topic to label, with what a person needs to answer."""

    record_id: str
    topic: str
    sampling: str
    url: str
    title: str | None
    excerpt: str
    sentences: list[str]
    tagged: bool


def select_questions(con: Connection, topics: list[str], labels: pl.DataFrame) -> Iterator[Question]:
    """Yield every page and topic without a label, alternating between uniform draws and scores near the threshold.

    Draws are ordered by md5 of record id and topic, so the next session continues where the last one stopped.
    """
    con.register("labeled", labels.select("record_id", "topic").to_arrow())
    con.register("asked_topics", pl.DataFrame({"topic": topics}).to_arrow())
    rows = con.execute(
        """
        with pairs as (
            select p.record_id, t.topic, md5(p.record_id || ' ' || t.topic) as draw
            from clean.pages p cross join asked_topics t
            anti join labeled l on l.record_id = p.record_id and l.topic = t.topic
        ),
        scored as (
            select record_id, topic, max(score) as best from topics.mentions where place <> 'teaser' group by all
        )
        select pairs.record_id, pairs.topic, pairs.draw, abs(scored.best - $threshold) as distance
        from pairs left join scored using (record_id, topic)
        """,
        {"threshold": MIN_CLEAR_SCORE},
    ).pl()
    uniform = rows.sort("draw").select("record_id", "topic").rows()
    uncertain = rows.drop_nulls("distance").sort("distance", "draw").select("record_id", "topic").rows()
    seen = set[tuple[str, str]]()
    for pair, sampling in chain.from_iterable(
        zip_longest(
            [(pair, "uniform") for pair in uniform], [(pair, "near") for pair in uncertain], fillvalue=(None, "")
        )
    ):
        if pair is not None and pair not in seen:
            seen.add(pair)
            yield _load_question(con, pair[0], pair[1], sampling)


def _load_question(con: Connection, record_id: str, topic: str, sampling: str) -> Question:
    key = {"record_id": record_id, "topic": topic}
    page = con.execute(
        "select url, title, left(text, $length) from clean.pages where record_id = $record_id",
        {"record_id": record_id, "length": EXCERPT_CHARS},
    ).fetchone()
    assert page is not None
    sentences = con.execute(
        "select sentence from topics.mentions where record_id = $record_id and topic = $topic and place <> 'teaser' "
        "order by score desc, char_start limit 3",
        key,
    ).fetchall()
    tagged = con.execute(
        "select 1 from topics.page_topics where record_id = $record_id and topic = $topic and not teaser_only", key
    ).fetchone()
    url, title, excerpt = page
    return Question(
        record_id,
        topic,
        sampling,
        url,
        title,
        excerpt or "",
        [sentence for (sentence,) in sentences],
        tagged is not None,
    )
