-- grain: one topic in one ISO week, without gaps from the topic's first week to the last of the warehouse
with counted as (
    select *
    from {{ ref('int_topic_weeks') }}
    where topic = other_topic and (pages > 0 or teaser_pages > 0)
),

teasers as (
    select
        topic,
        week,
        count(distinct story_id) as teaser_stories
    from {{ ref('int_teaser_stories') }}
    group by topic, week
),

warehouse as (
    select date_trunc('week', max(least(ingest_date, fetched_at::date)))::date as last_week
    from {{ ref('stg_records') }}
),

ends as (
    select
        topic,
        min(week) as first_week,
        max(week) as last_week
    from counted
    group by topic
),

weeks as (
    select
        ends.topic,
        unnest(
            generate_series(ends.first_week, greatest(ends.last_week, warehouse.last_week), interval 7 day)
        )::date as week
    from ends
    cross join warehouse
),

collected as (
    select
        date_trunc('week', day)::date as week,
        count(*) as collected_days
    from {{ ref('int_days') }}
    where is_collected
    group by date_trunc('week', day)::date
),

dense as (
    select
        weeks.week,
        weeks.topic,
        coalesce(counted.pages, 0) as pages,
        coalesce(counted.stories, 0) as stories,
        coalesce(counted.outlets, 0) as outlets,
        coalesce(counted.teaser_pages, 0) as teaser_pages,
        coalesce(teasers.teaser_stories, 0) as teaser_stories,
        coalesce(collected.collected_days, 0) as collected_days
    from weeks
    left join counted on weeks.topic = counted.topic and weeks.week = counted.week
    left join teasers on weeks.topic = teasers.topic and weeks.week = teasers.week
    left join collected on weeks.week = collected.week
),

compared as (
    select
        *,
        lag(stories) over (partition by topic order by week) as stories_before,
        lag(collected_days) over (partition by topic order by week) as collected_days_before
    from dense
)

select
    week,
    topic,
    pages,
    stories,
    outlets,
    teaser_pages,
    teaser_stories,
    collected_days,
    -- Stories rather than pages: a wire story on 300 sites is one story.
    case
        when collected_days > 0 and collected_days_before > 0
            then (stories - stories_before) / nullif(stories_before, 0)
    end as change_ratio
from compared
order by topic, week
