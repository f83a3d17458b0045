-- grain: one topic on one day, without gaps from the topic's first day to its last
with pages as (
    select * from {{ ref('int_topic_pages') }}
),

-- Days without a page are days with zero, so that averages over days are right.
days as (
    select
        topic,
        unnest(generate_series(min(day), max(day), interval 1 day))::date as day
    from pages
    group by topic
),

counts as (
    select
        topic,
        day,
        count(distinct record_id) as pages,
        count(distinct story_id) as stories,
        count(distinct site) as outlets,
        count(distinct language) as languages,
        count(distinct record_id) filter (where teaser_only) as teaser_pages
    from pages
    group by topic, day
),

-- A story that returns within a week is one story, so stories of seven days are no sum of days: each day of a
-- story reaches forward over the six after it, and they are counted where they meet.
story_days as (
    select distinct
        topic,
        story_id,
        day
    from pages
),

reached_days as (
    select
        topic,
        story_id,
        unnest(generate_series(day, day + interval 6 day, interval 1 day))::date as day
    from story_days
),

stories_of_7_days as (
    select
        topic,
        day,
        count(distinct story_id) as stories_7d
    from reached_days
    group by topic, day
)

select
    days.day,
    days.topic,
    coalesce(counts.pages, 0) as pages,
    coalesce(counts.stories, 0) as stories,
    coalesce(counts.outlets, 0) as outlets,
    coalesce(counts.languages, 0) as languages,
    coalesce(counts.teaser_pages, 0) as teaser_pages,
    -- A page has one day, so pages can be summed.
    sum(coalesce(counts.pages, 0)) over last_7_days::bigint as pages_7d,
    coalesce(stories_of_7_days.stories_7d, 0) as stories_7d
from days
left join counts on days.topic = counts.topic and days.day = counts.day
left join stories_of_7_days on days.topic = stories_of_7_days.topic and days.day = stories_of_7_days.day
window last_7_days as (partition by days.topic order by days.day rows between 6 preceding and current row)
order by days.topic, days.day
