-- grain: one topic in one ISO week, without gaps from the topic's first week to its last
with pages as (
    select * from {{ ref('int_topic_pages') }}
),

weeks as (
    select
        topic,
        unnest(generate_series(min(week), max(week), interval 7 day))::date as week
    from pages
    group by topic
),

counts as (
    select
        topic,
        week,
        count(distinct record_id) as pages,
        count(distinct story_id) as stories,
        count(distinct site) as outlets,
        count(distinct record_id) filter (where teaser_only) as teaser_pages
    from pages
    group by topic, week
),

dense as (
    select
        weeks.week,
        weeks.topic,
        coalesce(counts.pages, 0) as pages,
        coalesce(counts.stories, 0) as stories,
        coalesce(counts.outlets, 0) as outlets,
        coalesce(counts.teaser_pages, 0) as teaser_pages
    from weeks
    left join counts on weeks.topic = counts.topic and weeks.week = counts.week
),

compared as (
    select
        *,
        lag(stories) over (partition by topic order by week) as stories_before
    from dense
)

select
    week,
    topic,
    pages,
    stories,
    outlets,
    teaser_pages,
    -- Stories, not pages: a wire story on 300 sites is no rise.
    (stories - stories_before) / nullif(stories_before, 0) as change_ratio
from compared
order by topic, week
