"""Full-text search over stories: each by the title and text of the page that stands for it.

Where the extra `search` is installed, DuckDB's fts extension ranks by an index that lies beside the published copy;
else the texts themselves are read, which takes a few seconds for 100,000 stories.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from newsmill.analyst.search_index import ranked, stems
from newsmill.analyst.search_terms import Term, best_sentence, read_query
from newsmill.errors import UserError
from newsmill.sql import quote_literal
from newsmill.types import Connection

# BM25 as Robertson and Zaragoza have it, with the constants of DuckDB's fts.
K, B = 1.2, 0.75


def search_stories(
    con: Connection,
    query: str,
    *,
    topic: str | None = None,
    since: dt.date | None = None,
    limit: int = 20,
    index: Path | None = None,
) -> pl.DataFrame:
    """The stories that hold every word and "quoted phrase" of the query, the most telling first.

    `topic` keeps those with the topic, `since` those told on that day or later. With an `index` words are found in all
    their English forms; without, at the beginning of longer words too.

    Columns: `story_id`, `day`, `title`, `url`, `site`, `pages`, `outlets`, `topics`, `score`, `sentence`.

    Raises:
        UserError: when the query has no words, no page has the topic, or the copy was published without its views.
    """
    terms = read_query(query)
    _require(con, topic)
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
    shown = stems(terms) if indexed else terms
    return rows.with_columns(
        pl.Series("sentence", [best_sentence(text, shown) for text in rows["sentence"]], dtype=pl.String)
    )


def _require(con: Connection, topic: str | None) -> None:
    if not con.execute(
        "select 1 from duckdb_views() where schema_name = 'analyst' and view_name = 'stories'"
    ).fetchone():
        raise UserError("search", "this copy has no view analyst.stories", "`newsmill run` publishes it anew")
    topics = [
        name for (name,) in con.execute("select distinct topic from topics.page_topics order by topic").fetchall()
    ]
    if topic is not None and topic not in topics:
        raise UserError("--topic", f"no page has the topic {topic!r}", f"name one of {', '.join(topics) or 'none'}")


def _from_texts(con: Connection, terms: list[Term]) -> pl.DataFrame:
    """`story_id` and BM25 `score`, each term counted in the texts; a headline's words count twice."""
    patterns = [quote_literal(term.re2) for term in terms]
    counts = ", ".join(f"len(regexp_extract_all(said, {pattern})) as n{i}" for i, pattern in enumerate(patterns))
    any_term = " or ".join(f"regexp_matches(said, {pattern})" for pattern in patterns)
    every_term = " and ".join(f"n{i} > 0" for i in range(len(terms)))
    rarity = ", ".join(
        f"ln(1 + (any_value(stories) - count_if(n{i} > 0) + 0.5) / (count_if(n{i} > 0) + 0.5)) as w{i}"
        for i in range(len(terms))
    )
    length = f"{K} * ({1 - B} + {B} * word_count / greatest(mean, 1))"
    score = " + ".join(f"w{i} * n{i} * {K + 1} / (n{i} + {length})" for i in range(len(terms)))
    return con.execute(
        f"""
        with told as (
            select m.story_id, p.word_count, concat_ws(chr(10), p.title, p.title, p.text) as said
            from stories.members m join clean.pages p using (record_id) where m.is_canonical
        ),
        size as (select count(*) as stories, avg(word_count) as mean from told),
        counted as (select story_id, word_count, {counts} from told where {any_term}),
        weighed as (select {rarity} from counted cross join size)
        select story_id, ({score})::double as score from counted cross join weighed cross join size where {every_term}
        """  # noqa: S608  patterns are literals of letters, digits and our own operators
    ).pl()


def _from_index(con: Connection, index: Path, terms: list[Term]) -> pl.DataFrame:
    """`story_id` and `score` as the index has them, phrases held against the texts."""
    found = ranked(index, [word for term in terms for word in term.index_words])
    doubtful = [term.re2 for term in terms if not term.is_word]
    if doubtful and found.height:
        holds = " and ".join(
            f"regexp_matches(concat_ws(chr(10), p.title, p.text), {quote_literal(pattern)})" for pattern in doubtful
        )
        con.register("search_ranked", found.to_arrow())
        found = con.execute(
            f"""
            select r.story_id, r.score from search_ranked r
            join stories.members m on r.story_id = m.story_id and m.is_canonical
            join clean.pages p on m.record_id = p.record_id where {holds}
            """  # noqa: S608
        ).pl()
        con.unregister("search_ranked")
    return found
