"""Top stories: those most outlets carried, each with its pages and the sentences that speak of its topics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from newsmill.report.queries import Row, rows

DAYS = 30


@dataclass(frozen=True)
class Limits:
    """How much of a list the report shows; what is left out is told as a number."""

    stories: int = 20
    members: int = 8
    sentences: int = 2


def top_stories(con: duckdb.DuckDBPyConnection, last: date, topics: list[str], limits: Limits) -> dict[str, list[Row]]:
    """By topic, and under "" over all: the stories with a page ingested in the last DAYS days, widest spread first.

    Each with `members` (its canonical page first), `topics` and `sentences` ((topic, sentence, phrase, ...)).
    A story that only a teaser ties to a topic comes after those that speak of it themselves.
    """
    ranked = rows(
        con,
        """
        with recent as (select distinct story_id from stories.members where ingest_date > $1),
        topical as (
            select m.story_id, t.topic, bool_and(t.teaser_only) as teaser_only, bool_or(t.strength = 'main') as main
            from topics.page_topics t join stories.members m using (record_id)
            group by m.story_id, t.topic),
        asked as (
            select story_id, topic, teaser_only, main from topical where topic in (select unnest($2::varchar[]))
            union all
            select story_id, '', false, true from recent),
        ranked as (
            select a.*, s.title, s.first_site, s.first_seen, s.last_seen, s.pages, s.outlets,
                   row_number() over (
                       partition by a.topic
                       order by a.teaser_only, s.outlets desc, s.pages desc, s.first_seen desc, s.story_id) as place
            from asked a
            join recent using (story_id)
            join trends.story_spread s using (story_id))
        select r.*, p.url, p.language,
               list_sort(list(t.topic) filter (not t.teaser_only)) as topics
        from ranked r
        left join stories.members c on c.story_id = r.story_id and c.is_canonical
        left join clean.pages p on p.record_id = c.record_id
        left join topical t on t.story_id = r.story_id
        where r.place <= $3
        group by all
        order by r.topic, r.place
        """,
        last - timedelta(days=DAYS),
        topics,
        limits.stories,
    )
    shown = sorted({story["story_id"] for story in ranked})
    members = _grouped(_members(con, shown, limits.members))
    sentences = _grouped(_sentences(con, shown, limits.sentences))
    listed: dict[str, list[Row]] = {topic: [] for topic in ["", *topics]}
    for story in ranked:
        said = sentences.get(story["story_id"], [])
        story["members"] = members.get(story["story_id"], [])
        story["sentences"] = [row for row in said if story["topic"] in ("", row["topic"])]
        listed[story["topic"]].append(story)
    return listed


def _members(con: duckdb.DuckDBPyConnection, stories: list[str], limit: int) -> list[Row]:
    return rows(
        con,
        """
        select m.story_id, m.relation, m.similarity, p.url, p.site, p.title, p.language,
               coalesce(p.published_at, r.fetched_at)::date as day
        from stories.members m
        join clean.pages p using (record_id)
        left join raw.records r using (record_id)
        where m.story_id in (select unnest($1::varchar[]))
        window told as (partition by m.story_id order by m.is_canonical desc, p.published_at, m.record_id)
        qualify row_number() over told <= $2
        order by m.story_id, m.is_canonical desc, p.published_at, m.record_id
        """,
        stories,
        limit,
    )


def _sentences(con: duckdb.DuckDBPyConnection, stories: list[str], limit: int) -> list[Row]:
    """The strongest sentences a story and topic, body before title before teaser; once, however many copies say it."""
    return rows(
        con,
        """
        with said as (
            select m.story_id, t.topic, t.place, t.sentence, t.phrase, t.score, p.url, p.site, p.language,
                   case t.place when 'body' then 0 when 'title' then 1 else 2 end as standing,
                   m.is_canonical, t.record_id, t.char_start
            from topics.mentions t
            join stories.members m using (record_id)
            join clean.pages p using (record_id)
            where m.story_id in (select unnest($1::varchar[]))
            qualify row_number() over (
                partition by m.story_id, t.topic, t.sentence
                order by m.is_canonical desc, standing, t.record_id, t.char_start, t.phrase) = 1)
        select story_id, topic, place, sentence, phrase, url, site, language from said
        qualify row_number() over (
            partition by story_id, topic
            order by standing, score desc, is_canonical desc, record_id, char_start, phrase) <= $2
        order by story_id, topic, standing, score desc, is_canonical desc, record_id, char_start, phrase
        """,
        stories,
        limit,
    )


def _grouped(found: list[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for one in found:
        groups.setdefault(one["story_id"], []).append(one)
    return groups
