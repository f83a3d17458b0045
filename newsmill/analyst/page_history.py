"""The history of a record: its archived fetch, its page, each verdict, its story and its topics."""

from __future__ import annotations

from typing import Any

from newsmill.errors import UserError
from newsmill.sources.tombstones import KINDS, hash_key, normalize_key
from newsmill.stories.text.changes import summarize_changes
from newsmill.types import Connection, Row
from newsmill.urls import extract_site, normalize_url

# A story may have thousands of members. Texts are compared for so many, and for the record itself.
MAX_COMPARED_MEMBERS = 50

CANONICAL_SQL = """
select record_id from stories.members where is_canonical
and story_id = coalesce((select merged_into from stories.merges where story_id = $key), $key)
"""


def find_records(con: Connection, key: str) -> list[str]:
    """Return the ids of the records that match a record id, a URL, a source path, or the id of a story.

    For a URL these are all its fetches, oldest first; for a story, its canonical member. The id of a story that was
    merged into another one matches that story.

    Raises:
        UserError: when nothing matches, or the record was forgotten.
    """
    found = con.execute(
        """
        select r.record_id from raw.records r left join clean.pages p using (record_id)
        where r.record_id = $key or r.url = $key or p.url = $key or r.source_path = $key
        order by r.fetched_at, r.record_id
        """,
        {"key": key},
    ).fetchall()
    if not found and "://" in key:
        host = normalize_url(key).split("/")[2]
        same_host = con.execute("select record_id, url from raw.records where contains(url, ?)", [host]).fetchall()
        found = [(record_id,) for record_id, url in same_host if normalize_url(url) == normalize_url(key)]
    if not found:
        found = con.execute(CANONICAL_SQL, {"key": key}).fetchall()
    if not found:
        _raise_if_forgotten(con, key)
        raise UserError(
            key, "no record has this id, URL or path", "list the records with: newsmill query 'from raw.records'"
        )
    return [record_id for (record_id,) in found]


def _raise_if_forgotten(con: Connection, key: str) -> None:
    """Raise a UserError with date and reason if a tombstone covers the key."""
    hashes = [hash_key(kind, normalize_key(kind, key)) for kind in KINDS] + [hash_key("site", extract_site(key) or "")]
    tombstones = con.execute(
        "select forgotten_at, why from quality.forgotten "
        "where record_hash in (select unnest($keys)) or tombstone in (select unnest($keys)) limit 1",
        {"keys": hashes},
    ).fetchall()
    for at, why in tombstones:
        raise UserError(key, f"forgotten on {at.date()}" + (f" ({why})" if why else ""), "its data was erased")


def explain(con: Connection, record_id: str) -> dict[str, Any]:
    """Return the history of one record.

    Returns:
        `record` (a row of raw.records), `verdicts` (ledger rows in order), `page`, `repeats` (passages and characters
        removed), `teasers`, `story` (see `_story`), `topics` (each with its mentions). `page` and `story` are None if
        the record was quarantined before.
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


def _story(con: Connection, record_id: str) -> dict[str, Any] | None:
    """Return the record's row of stories.members with `members`, canonical first, and `merged`, merged story ids.

    Each member has `differences` to the member it matched.
    """
    membership = _rows(con, "select * from stories.members where record_id = $id", {"id": record_id})
    if not membership:
        return None
    by_story = {"story": membership[0]["story_id"]}
    members = _rows(
        con,
        """
        select m.record_id, m.is_canonical, m.relation, m.matched_record_id, m.similarity, m.containment, m.method,
               r.url, r.fetched_at, p.published_at, matched.url as matched_url
        from stories.members m join raw.records r using (record_id) join clean.pages p using (record_id)
        left join raw.records matched on matched.record_id = m.matched_record_id
        where m.story_id = $story
        order by m.is_canonical desc, coalesce(p.published_at, r.fetched_at), r.fetched_at, m.record_id
        """,
        by_story,
    )
    for number, member in enumerate(members):
        is_compared = number < MAX_COMPARED_MEMBERS or record_id in (member["record_id"], member["matched_record_id"])
        member["differences"] = _differences(con, member) if is_compared else []
    merged = _rows(
        con, "select story_id, ingest_date from stories.merges where merged_into = $story order by all", by_story
    )
    return {**membership[0], "members": members, "merged": merged}


def _differences(con: Connection, member: Row) -> list[str]:
    """Return a short diff of a member's text against the text it matched."""
    if member["matched_record_id"] is None or member["method"] == "text_hash":
        return []
    texts = con.execute(
        "select before.text as before, after.text as after from clean.pages before, clean.pages after "
        "where before.record_id = $matched_record_id and after.record_id = $record_id",
        {name: member[name] for name in ("record_id", "matched_record_id")},
    ).pl()
    [summary] = summarize_changes(texts) if texts.height else [None]
    return summary.splitlines() if summary else []


def _topics(con: Connection, record_id: str) -> list[dict[str, Any]]:
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


def _rows(con: Connection, query: str, parameters: dict[str, Any]) -> list[Row]:
    return con.execute(query, parameters).pl().to_dicts()
