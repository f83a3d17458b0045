"""The whole life of a record: where it is archived, what it was read as, each verdict, its story, its topics."""

from __future__ import annotations

from typing import Any

import duckdb

from newsmill.errors import UserError
from newsmill.urls import normalise_url

Row = dict[str, Any]


def find_records(con: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """Ids of the records meant by a record id, a URL, or a source path; every fetch of a URL, oldest first.

    Raises:
        UserError: when nothing matches.
    """
    wanted = con.execute(
        """
        select r.record_id from raw.records r left join clean.pages p using (record_id)
        where r.record_id = $key or r.url = $key or p.url = $key or r.source_path = $key
        order by r.fetched_at, r.record_id
        """,
        {"key": key},
    ).fetchall()
    if not wanted and "://" in key:
        host = normalise_url(key).split("/")[2]
        near = con.execute("select record_id, url from raw.records where contains(url, ?)", [host]).fetchall()
        wanted = [(record_id,) for record_id, url in near if normalise_url(url) == normalise_url(key)]
    if not wanted:
        raise UserError(key, "no record has this id, URL or path", "look one up: newsmill query 'from raw.records'")
    return [record_id for (record_id,) in wanted]


def explain(con: duckdb.DuckDBPyConnection, record_id: str) -> dict[str, Any]:
    """The life of one record.

    Returns:
        `record` (a row of raw.records), `verdicts` (ledger rows in order), `page`, `repeats` (passages and characters
        removed), `teasers`, `story` (its own membership, and all members, the canonical first), `topics` (each with
        its mentions). `page` and `story` are None where the record did not get so far.
    """
    by_id = {"id": record_id}
    [record] = _rows(con, "select * from raw.records where record_id = $id", by_id)
    pages = _rows(con, "select * from clean.pages where record_id = $id", by_id)
    [repeats] = _rows(
        con,
        "select count(*) as passages, coalesce(sum(char_count), 0)::bigint as characters "
        "from clean.repeats where record_id = $id",
        by_id,
    )
    return {
        "record": record,
        "verdicts": _rows(
            con,
            "select stage, verdict, reason, detail, code_version, run_id from quality.ledger where record_id = $id "
            "order by list_position(['raw', 'pages', 'stories'], stage)",
            by_id,
        ),
        "page": pages[0] if pages else None,
        "repeats": repeats,
        "teasers": _rows(
            con,
            "select position, title, snippet, url from clean.teasers where record_id = $id order by position",
            by_id,
        ),
        "story": _story(con, record_id),
        "topics": _topics(con, record_id),
    }


def _story(con: duckdb.DuckDBPyConnection, record_id: str) -> dict[str, Any] | None:
    own = _rows(con, "select * from stories.members where record_id = $id", {"id": record_id})
    if not own:
        return None
    members = _rows(
        con,
        """
        select m.record_id, m.is_canonical, m.relation, m.matched_record_id, m.similarity, m.method,
               r.url, r.fetched_at, p.published_at
        from stories.members m join raw.records r using (record_id) join clean.pages p using (record_id)
        where m.story_id = $story
        order by m.is_canonical desc, coalesce(p.published_at, r.fetched_at), r.fetched_at, m.record_id
        """,
        {"story": own[0]["story_id"]},
    )
    return {**own[0], "members": members}


def _topics(con: duckdb.DuckDBPyConnection, record_id: str) -> list[dict[str, Any]]:
    topics = _rows(
        con,
        "select topic, strength, teaser_only, score, taxonomy_version from topics.page_topics "
        "where record_id = $id order by score desc, topic",
        {"id": record_id},
    )
    mentions = _rows(
        con,
        """
        select topic, place, teaser_position, sentence, char_start, char_end, phrase, score
        from topics.mentions where record_id = $id
        order by list_position(['title', 'body', 'teaser'], place), teaser_position, char_start
        """,
        {"id": record_id},
    )
    return [{**topic, "mentions": [m for m in mentions if m["topic"] == topic["topic"]]} for topic in topics]


def _rows(con: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[Row]:
    return con.execute(query, parameters).pl().to_dicts()
