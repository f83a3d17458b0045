"""Details of the stories in the registered table `selected_stories`: spread, days, pages, sentences, entities."""

from __future__ import annotations

from newsmill.report.queries import read_rows
from newsmill.types import Connection, Row

MAX_MEMBERS = 8
MAX_SENTENCES = 2
MAX_ARRIVALS = 16


def read_spreads(con: Connection) -> list[Row]:
    """Return the rows of `trends.story_spread` by rank, with the canonical page's `url`, `language`, `page_title`."""
    return read_rows(
        con,
        """
        select s.*, days.url, days.language, days.title as page_title
        from selected_stories join trends.story_spread s using (story_id)
        left join stories.members m on m.story_id = s.story_id and m.is_canonical
        left join trends.page_days days on days.record_id = m.record_id
        order by selected_stories.rank
        """,
    )


def read_topic_days(con: Connection, topics: list[str]) -> list[Row]:
    """Return `pages` by story, topic and time bucket, and `teaser_only` and `main` of each story and topic.

    Pages where only a teaser names the topic are left out, but for stories that have no other.
    """
    return read_rows(
        con,
        """
        with days as (
            select p.story_id, p.topic, bucket, count(*) as shown, count(*) filter (not p.teaser_only) as counted,
                   bool_or(p.strength = 'main') as is_main
            from trends.topic_pages p join selected_stories using (story_id) join bucket_days using (day)
            where p.topic = any($1::varchar[])
            group by p.story_id, p.topic, bucket),
        marked as (
            select *, sum(counted) over story = 0 as teaser_only, bool_or(is_main) over story as main
            from days window story as (partition by story_id, topic))
        select story_id, topic, bucket, if(teaser_only, shown, counted) as pages, teaser_only, main
        from marked where teaser_only or counted > 0
        order by story_id, topic, bucket
        """,
        topics,
    )


def read_arrivals(con: Connection) -> list[Row]:
    """Return by story when outlets published it: `minutes` after the first page and the number of `outlets` by then.

    Evenly thinned to about `MAX_ARRIVALS`. `minutes_to_half`: until half of the outlets had published it.
    """
    return read_rows(
        con,
        """
        with first_pages as (
            select story_id, p.site, min(p.seen_at) as seen_at
            from stories.members join selected_stories using (story_id) join trends.page_days p using (record_id)
            where p.site is not null group by story_id, p.site),
        counted as (
            select story_id, date_diff('minute', min(seen_at) over story, seen_at) as minutes,
                   row_number() over (partition by story_id order by seen_at, site) as outlets,
                   count(*) over story as all_outlets
            from first_pages window story as (partition by story_id)),
        halves as (
            select story_id, min(minutes) as minutes_to_half from counted
            where outlets * 2 >= all_outlets group by story_id)
        select c.story_id, c.minutes, c.outlets, h.minutes_to_half
        from counted c join halves h using (story_id)
        where c.all_outlets > 1 and (
            c.all_outlets <= $1 or c.outlets in (1, c.all_outlets)
            or (c.outlets * $1 // c.all_outlets) > ((c.outlets - 1) * $1 // c.all_outlets))
        order by c.story_id, c.outlets
        """,
        MAX_ARRIVALS,
    )


def read_members(con: Connection) -> list[Row]:
    """Return the first pages of each story, the canonical page first."""
    return read_rows(
        con,
        """
        select m.story_id, m.relation, m.similarity, days.url, days.site, days.title, days.language, days.day
        from stories.members m join selected_stories using (story_id)
        join trends.page_days days using (record_id)
        qualify row_number() over (
            partition by m.story_id order by m.is_canonical desc, days.seen_at, m.record_id) <= $1
        order by m.story_id, m.is_canonical desc, days.seen_at, m.record_id
        """,
        MAX_MEMBERS,
    )


def read_sentences(con: Connection, topics: list[str]) -> list[Row]:
    """Return the best sentences of each story and topic: body before title before teaser, each text once."""
    return read_rows(
        con,
        """
        with candidates as (
            select m.story_id, t.topic, t.place, t.sentence, t.phrase, t.score, days.url, days.site, days.language,
                   case t.place when 'body' then 0 when 'title' then 1 else 2 end as place_rank,
                   m.is_canonical, t.record_id, t.char_start
            from stories.members m join selected_stories using (story_id)
            join topics.mentions t using (record_id)
            join trends.page_days days using (record_id)
            where t.topic = any($1::varchar[])
            qualify row_number() over (
                partition by m.story_id, t.topic, t.sentence
                order by m.is_canonical desc, place_rank, t.record_id, t.char_start, t.phrase) = 1)
        select story_id, topic, place, sentence, phrase, url, site, language from candidates
        qualify row_number() over (
            partition by story_id, topic
            order by place_rank, score desc, is_canonical desc, record_id, char_start, phrase) <= $2
        order by story_id, topic, place_rank, score desc, is_canonical desc, record_id, char_start, phrase
        """,
        topics,
        MAX_SENTENCES,
    )


def read_entities(con: Connection) -> list[Row]:
    """Return by story each `entity`, `kind` and `topic` that its pages name in title or body."""
    return read_rows(
        con,
        """
        select distinct p.story_id, e.entity, e.kind, p.topic
        from trends.topic_pages p join selected_stories using (story_id)
        join topics.entities e on e.record_id = p.record_id and e.topic = p.topic
        where e.place <> 'teaser' and not p.teaser_only
        order by all
        """,
    )


def read_sites_and_languages(con: Connection) -> list[Row]:
    """Return the lists of `sites` and `languages` of each story."""
    return read_rows(
        con,
        """
        select story_id, list(distinct p.site order by p.site) as sites,
               list(distinct p.language order by p.language) as languages
        from stories.members join selected_stories using (story_id) join trends.page_days p using (record_id)
        group by story_id
        """,
    )
