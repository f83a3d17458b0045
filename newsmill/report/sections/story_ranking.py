"""Rank stories for the report: first those that lead a list of the page, newer before older."""

from __future__ import annotations

from datetime import date

from newsmill.report.queries import read_rows
from newsmill.report.time_buckets import TimeBuckets
from newsmill.types import Connection

MAX_STORIES = 2_500
# A story that is first on its day ranks like one that is second on a day this much later.
DAYS_PER_RANK = 30


def rank_stories(con: Connection, buckets: TimeBuckets, topics: list[str], first_entity_week: date) -> list[str]:
    """Return at most `MAX_STORIES` story ids, the highest priority first.

    The priority of a story is its best rank in any of these lists: a topic's day, week, burst, or last 7, 30 and 90
    days; an entity's week; all stories. The older the list, the better the rank has to be.
    """
    rows = read_rows(
        con,
        """
        with pages as (
            select topic, day, week, story_id, site, record_id, teaser_only from trends.topic_pages
            join bucket_days using (day) where topic = any($topics::varchar[]) and story_id is not null),
        days as (
            select topic, day, story_id, count(*) filter (not teaser_only) as pages,
                   count(distinct site) filter (not teaser_only) as outlets,
                   bool_and(teaser_only) as teaser_only
            from pages group by all),
        weeks as (
            select topic, week, story_id, count(*) filter (not teaser_only) as pages,
                   count(distinct site) filter (not teaser_only) as outlets,
                   bool_and(teaser_only) as teaser_only
            from pages group by all),
        spans as (select unnest([7, 30, 90, 100000]) as span),
        -- The age of a list is that of its last day.
        ranks as (
            select story_id, $last::date - day as age,
                   row_number() over (partition by topic, day order by teaser_only, outlets desc, pages desc, story_id)
                   as rank
            from days
            union all
            select story_id, greatest($last::date - week - 6, 0) as age,
                   row_number() over (partition by topic, week order by teaser_only, outlets desc, pages desc, story_id)
                   as rank
            from weeks
            union all
            select d.story_id, $last::date - b.end_day as age,
                   case when d.story_id = b.top_story_id then 0 else row_number() over (
                       partition by b.topic, b.start_day
                       order by bool_and(d.teaser_only), sum(d.pages) desc, d.story_id) / 2 end as rank
            from trends.topic_bursts b join days d on d.topic = b.topic and d.day between b.start_day and b.end_day
            group by b.topic, b.start_day, b.end_day, b.top_story_id, d.story_id
            union all
            select d.story_id, 0 as age,
                   row_number() over (
                       partition by d.topic, s.span
                       order by bool_and(d.teaser_only), sum(d.outlets) desc, sum(d.pages) desc, d.story_id) / 2
                   as rank
            from days d join spans s on d.day > $last::date - s.span group by d.topic, s.span, d.story_id
            union all
            select p.story_id, greatest($last::date - p.week - 6, 0) as age,
                   row_number() over (
                       partition by e.entity, p.topic, p.week
                       order by count(distinct p.site) desc, count(*) desc, p.story_id) as rank
            from pages p join topics.entities e on e.record_id = p.record_id and e.topic = p.topic
            where e.place <> 'teaser' and not p.teaser_only and p.week >= $first_entity_week
            group by e.entity, p.topic, p.week, p.story_id
            union all
            -- Of all stories, with or without a topic, half as many: this list is not of a topic.
            select x.story_id, 0 as age,
                   2 * row_number() over (partition by s.span order by x.outlets desc, x.pages desc, x.story_id)
                   as rank
            from trends.story_spread x join spans s
                on x.last_seen::date > $last::date - s.span and x.first_seen::date <= $last::date)
        select story_id, min((rank + 1) * (1 + greatest(age, 0) / $days_per_rank)) as priority
        from ranks group by story_id order by priority, story_id limit $max_stories
        """,
        topics=topics,
        last=buckets.last,
        first_entity_week=first_entity_week,
        days_per_rank=DAYS_PER_RANK,
        max_stories=MAX_STORIES,
    )
    return [row["story_id"] for row in rows]
