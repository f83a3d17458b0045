"""Full-text search over stories, by title and text of their canonical pages.

With the extra `search`, DuckDB's fts extension ranks the stories with an index in the home folder. Without it, the
search reads the texts, which takes a few seconds for 100,000 stories.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from newsmill.analyst.search_index import rank_stories, stem_terms
from newsmill.analyst.search_terms import Term, best_sentence, read_query
from newsmill.errors import UserError
from newsmill.sql import quote_literal
from newsmill.types import Connection

# BM25 (Robertson and Zaragoza, 2009) with the constants of DuckDB's fts.
BM25_K, BM25_B = 1.2, 0.75


def search_stories(
    con: Connection,
    query: str,
    *,
    topic: str | None = None,
    since: dt.date | None = None,
    limit: int = 20,
    index: Path | None = None,
) -> pl.DataFrame:
    """Return the stories that contain every word and "quoted phrase" of the query, best match first.

    `topic` keeps stories with the topic, `since` stories last seen on that day or later. With an `index`, a word also
    matches its other English forms; without, it also matches longer words that start with it.

    Columns: `story_id`, `day`, `title`, `url`, `site`, `pages`, `outlets`, `topics`, `score`, `sentence`.

    Raises:
        UserError: when the query has no words, no page has the topic, or the copy lacks the view analyst.stories.
    """
    terms = read_query(query)
    _require_stories_and_topic(con, topic)
    indexed = index is not None and any(term.index_words for term in terms)
    found = _from_index(con, index, terms) if index and indexed else _from_texts(con, terms)
    con.register("search_found", found.to_arrow())
    rows = con.execute(
        """
        select s.story_id, s.day, s.title, s.url, s.site, s.pages, s.outlets, s.topics, f.score, p.text as sentence
        from search_found f
        join analyst.stories s using (story_id)
        join clean.pages p on s.record_id = p.record_id
        where ($topic is null or list_contains(s.topics, $topic)) and ($since is null or s.last_seen >= $since)
        order by f.score desc, s.last_seen desc, s.story_id
        limit $limit
        """,
        {"topic": topic, "since": since, "limit": limit},
    ).pl()
    con.unregister("search_found")
    highlighted = stem_terms(terms) if indexed else terms
    return rows.with_columns(
        pl.Series("sentence", [best_sentence(text, highlighted) for text in rows["sentence"]], dtype=pl.String)
    )


def _require_stories_and_topic(con: Connection, topic: str | None) -> None:
    if not con.execute(
        "select 1 from duckdb_views() where schema_name = 'analyst' and view_name = 'stories'"
    ).fetchone():
        raise UserError(
            "search", "the published copy has no view analyst.stories", "`newsmill run` publishes a new copy"
        )
    topics = [
        name for (name,) in con.execute("select distinct topic from topics.page_topics order by topic").fetchall()
    ]
    if topic is not None and topic not in topics:
        raise UserError("--topic", f"no page has the topic {topic!r}", f"use one of {', '.join(topics) or 'none'}")


def _from_texts(con: Connection, terms: list[Term]) -> pl.DataFrame:
    """Return `story_id` and BM25 `score`, computed from the texts; words of the headline count twice."""
    patterns = [quote_literal(term.re2) for term in terms]
    counts = ", ".join(f"len(regexp_extract_all(content, {pattern})) as n{i}" for i, pattern in enumerate(patterns))
    any_term = " or ".join(f"regexp_matches(content, {pattern})" for pattern in patterns)
    every_term = " and ".join(f"n{i} > 0" for i in range(len(terms)))
    rarity = ", ".join(
        f"ln(1 + (any_value(stories) - count_if(n{i} > 0) + 0.5) / (count_if(n{i} > 0) + 0.5)) as w{i}"
        for i in range(len(terms))
    )
    length = f"{BM25_K} * ({1 - BM25_B} + {BM25_B} * word_count / greatest(mean, 1))"
    score = " + ".join(f"w{i} * n{i} * {BM25_K + 1} / (n{i} + {length})" for i in range(len(terms)))
    return con.execute(
        f"""
        with pages as (
            select m.story_id, p.word_count, concat_ws(chr(10), p.title, p.title, p.text) as content
            from stories.members m join clean.pages p using (record_id) where m.is_canonical
        ),
        size as (select count(*) as stories, avg(word_count) as mean from pages),
        counted as (select story_id, word_count, {counts} from pages where {any_term}),
        weights as (select {rarity} from counted cross join size)
        select story_id, ({score})::double as score from counted cross join weights cross join size where {every_term}
        """  # noqa: S608  patterns consist of letters, digits and own operators
    ).pl()


def _from_index(con: Connection, index: Path, terms: list[Term]) -> pl.DataFrame:
    """Return `story_id` and `score` from the index; phrases are verified in the texts."""
    found = rank_stories(index, [word for term in terms for word in term.index_words])
    unverified = [term.re2 for term in terms if not term.is_word]
    if unverified and found.height:
        matches = " and ".join(
            f"regexp_matches(concat_ws(chr(10), p.title, p.text), {quote_literal(pattern)})" for pattern in unverified
        )
        con.register("search_ranked", found.to_arrow())
        found = con.execute(
            f"""
            select r.story_id, r.score from search_ranked r
            join stories.members m on r.story_id = m.story_id and m.is_canonical
            join clean.pages p on m.record_id = p.record_id where {matches}
            """  # noqa: S608
        ).pl()
        con.unregister("search_ranked")
    return found
