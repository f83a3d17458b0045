"""What is told of the stories in the lent table `asked`: spread, days, pages, sentences, who is named."""

from __future__ import annotations

from newsmill.report.queries import rows
from newsmill.types import Connection, Row

MEMBERS = 8
SENTENCES = 2
ARRIVALS = 16


def spreads(con: Connection) -> list[Row]:
    """Rows of `trends.story_spread` with the canonical page's `url` and `language`, the most wanted first."""
    return rows(
        con,
        """
        select s.*, days.url, days.language, days.title as page_title
        from asked join trends.story_spread s using (story_id)
        left join stories.members m on m.story_id = s.story_id and m.is_canonical
        left join trends.page_days days on days.record_id = m.record_id
        order by asked.place
        """,
    )


def topic_days(con: Connection, topics: list[str]) -> list[Row]:
    """By story, topic and slot: `pages`; and of story and topic, whether it is `teaser_only` and `main`."""
    return rows(
        con,
        """
        select p.story_id, p.topic, slot, count(*) as pages,
               bool_and(bool_and(p.teaser_only)) over story as teaser_only,
               bool_or(bool_or(p.strength = 'main')) over story as main
        from trends.topic_pages p join asked using (story_id) join slot_days using (day)
        where p.topic = any($1::varchar[])
        group by p.story_id, p.topic, slot
        window story as (partition by p.story_id, p.topic)
        order by p.story_id, p.topic, slot
        """,
        topics,
    )


def arrivals(con: Connection) -> list[Row]:
    """By story the minutes after the first page at which one more outlet had it, evenly thinned to a few.

    `minutes` and `outlets` by then, and `half`, the minutes until half of the outlets had it.
    """
    return rows(
        con,
        """
        with had as (
            select story_id, p.site, min(p.seen_at) as seen_at
            from stories.members join asked using (story_id) join trends.page_days p using (record_id)
            where p.site is not null group by story_id, p.site),
        counted as (
            select story_id, date_diff('minute', min(seen_at) over story, seen_at) as minutes,
                   row_number() over (partition by story_id order by seen_at, site) as outlets,
                   count(*) over story as of_all
            from had window story as (partition by story_id)),
        halves as (select story_id, min(minutes) as half from counted where outlets * 2 >= of_all group by story_id)
        select c.story_id, c.minutes, c.outlets, h.half
        from counted c join halves h using (story_id)
        where c.of_all > 1 and (
            c.of_all <= $1 or c.outlets in (1, c.of_all)
            or (c.outlets * $1 // c.of_all) > ((c.outlets - 1) * $1 // c.of_all))
        order by c.story_id, c.outlets
        """,
        ARRIVALS,
    )


def members(con: Connection) -> list[Row]:
    """The first pages of each story, its canonical page before all others."""
    return rows(
        con,
        """
        select m.story_id, m.relation, m.similarity, days.url, days.site, days.title, days.language, days.day
        from stories.members m join asked using (story_id)
        join trends.page_days days using (record_id)
        qualify row_number() over (
            partition by m.story_id order by m.is_canonical desc, days.seen_at, m.record_id) <= $1
        order by m.story_id, m.is_canonical desc, days.seen_at, m.record_id
        """,
        MEMBERS,
    )


def sentences(con: Connection, topics: list[str]) -> list[Row]:
    """The strongest sentences a story and topic, body before title before teaser; once, however many copies say it."""
    return rows(
        con,
        """
        with said as (
            select m.story_id, t.topic, t.place, t.sentence, t.phrase, t.score, days.url, days.site, days.language,
                   case t.place when 'body' then 0 when 'title' then 1 else 2 end as standing,
                   m.is_canonical, t.record_id, t.char_start
            from stories.members m join asked using (story_id)
            join topics.mentions t using (record_id)
            join trends.page_days days using (record_id)
            where t.topic = any($1::varchar[])
            qualify row_number() over (
                partition by m.story_id, t.topic, t.sentence
                order by m.is_canonical desc, standing, t.record_id, t.char_start, t.phrase) = 1)
        select story_id, topic, place, sentence, phrase, url, site, language from said
        qualify row_number() over (
            partition by story_id, topic
            order by standing, score desc, is_canonical desc, record_id, char_start, phrase) <= $2
        order by story_id, topic, standing, score desc, is_canonical desc, record_id, char_start, phrase
        """,
        topics,
        SENTENCES,
    )


def named(con: Connection) -> list[Row]:
    """By story: `entity`, `kind` and `topic` that its pages name in title or body."""
    return rows(
        con,
        """
        select distinct p.story_id, e.entity, e.kind, p.topic
        from trends.topic_pages p join asked using (story_id)
        join topics.entities e on e.record_id = p.record_id and e.topic = p.topic
        where e.place <> 'teaser'
        order by all
        """,
    )


def carried(con: Connection) -> list[Row]:
    """By story the `site`s that have it and the `language`s it is in."""
    return rows(
        con,
        """
        select story_id, list(distinct p.site order by p.site) as sites,
               list(distinct p.language order by p.language) as languages
        from stories.members join asked using (story_id) join trends.page_days p using (record_id)
        group by story_id
        """,
    )
