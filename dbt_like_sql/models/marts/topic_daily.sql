-- grain: one topic on one day, without gaps from the topic's first day to the last of the warehouse
with counted as (
    select *
    from {{ ref('int_topic_days') }}
),

teasers as (
    select
        topic,
        day,
        count(distinct story_id) as teaser_stories
    from {{ ref('int_teaser_stories') }}
    group by topic, day
),

warehouse as (
    -- The fetch time of files without a manifest is their modification time, which may be long after their date.
    select max(least(ingest_date, fetched_at::date)) as last_day
    from {{ ref('stg_records') }}
),

ends as (
    select
        topic,
        min(day) as first_day,
        max(day) as last_day
    from counted
    where pages > 0 or teaser_pages > 0
    group by topic
),

-- Days without a page get a row of zeros, so that averages over days are right.
days as (
    select
        ends.topic,
        unnest(generate_series(ends.first_day, greatest(ends.last_day, warehouse.last_day), interval 1 day))::date as day
    from ends
    cross join warehouse
)

select
    days.day,
    days.topic,
    coalesce(counted.pages, 0) as pages,
    coalesce(counted.stories, 0) as stories,
    coalesce(counted.outlets, 0) as outlets,
    coalesce(counted.languages, 0) as languages,
    coalesce(counted.teaser_pages, 0) as teaser_pages,
    coalesce(teasers.teaser_stories, 0) as teaser_stories,
    -- A page has one day, so pages can be summed.
    sum(coalesce(counted.pages, 0)) over last_7_days::bigint as pages_7d,
    coalesce(counted.stories_7d, 0) as stories_7d,
    coalesce(collected.is_collected, false) as is_collected
from days
left join counted on days.topic = counted.topic and days.day = counted.day
left join teasers on days.topic = teasers.topic and days.day = teasers.day
left join {{ ref('int_days') }} as collected on days.day = collected.day
window last_7_days as (partition by days.topic order by days.day rows between 6 preceding and current row)
order by days.topic, days.day
