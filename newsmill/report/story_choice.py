"""Which stories the report holds: those first in whatever someone can ask for, newest before older."""

from __future__ import annotations

from datetime import date

from newsmill.report.queries import rows
from newsmill.report.time_buckets import Slots
from newsmill.types import Connection

CANDIDATES = 2_500
# A story that is first on its day counts as much as one that is second a month later.
DAYS_OF_A_RANK = 30


def chosen_stories(con: Connection, slots: Slots, topics: list[str], named_since: date) -> list[str]:
    """Story ids, the most wanted first.

    A story is as wanted as its best rank among those of any day, week, burst or entity's week of a topic, of a topic's
    last 7, 30 and 90 days, and of all; what is older has to rank higher. `named_since`: the first week of entities.
    """
    found = rows(
        con,
        """
        with pages as (
            select topic, day, week, story_id, site, record_id, teaser_only from trends.topic_pages
            join slot_days using (day) where topic = any($topics::varchar[]) and story_id is not null),
        days as (
            select topic, day, story_id, count(*) as pages, count(distinct site) as outlets,
                   bool_and(teaser_only) as teaser_only
            from pages group by all),
        weeks as (
            select topic, week, story_id, count(*) as pages, count(distinct site) as outlets,
                   bool_and(teaser_only) as teaser_only
            from pages group by all),
        spans as (select unnest([7, 30, 90, 100000]) as span),
        -- Ages are those of the end of the time asked for.
        asked as (
            select story_id, $last::date - day as age,
                   row_number() over (partition by topic, day order by teaser_only, outlets desc, pages desc, story_id)
                   as place
            from days
            union all
            select story_id, greatest($last::date - week - 6, 0) as age,
                   row_number() over (partition by topic, week order by teaser_only, outlets desc, pages desc, story_id)
                   as place
            from weeks
            union all
            select d.story_id, $last::date - b.end_day as age,
                   case when d.story_id = b.top_story_id then 0 else row_number() over (
                       partition by b.topic, b.start_day
                       order by bool_and(d.teaser_only), sum(d.pages) desc, d.story_id) / 2 end as place
            from trends.topic_bursts b join days d on d.topic = b.topic and d.day between b.start_day and b.end_day
            group by b.topic, b.start_day, b.end_day, b.top_story_id, d.story_id
            union all
            select d.story_id, 0 as age,
                   row_number() over (
                       partition by d.topic, s.span
                       order by bool_and(d.teaser_only), sum(d.outlets) desc, sum(d.pages) desc, d.story_id) / 2
                   as place
            from days d join spans s on d.day > $last::date - s.span group by d.topic, s.span, d.story_id
            union all
            select p.story_id, greatest($last::date - p.week - 6, 0) as age,
                   row_number() over (
                       partition by e.entity, p.topic, p.week
                       order by count(distinct p.site) desc, count(*) desc, p.story_id) as place
            from pages p join topics.entities e on e.record_id = p.record_id and e.topic = p.topic
            where e.place <> 'teaser' and p.week >= $named_since group by e.entity, p.topic, p.week, p.story_id
            union all
            -- Of all stories, with a topic or without, fewer: they are what no one asked for by name.
            select x.story_id, 0 as age,
                   2 * row_number() over (partition by s.span order by x.outlets desc, x.pages desc, x.story_id)
                   as place
            from trends.story_spread x join spans s
                on x.last_seen::date > $last::date - s.span and x.first_seen::date <= $last::date)
        select story_id, min((place + 1) * (1 + greatest(age, 0) / $days_of_a_rank)) as priority
        from asked group by story_id order by priority, story_id limit $candidates
        """,
        topics=topics,
        last=slots.last,
        named_since=named_since,
        days_of_a_rank=DAYS_OF_A_RANK,
        candidates=CANDIDATES,
    )
    return [one["story_id"] for one in found]
