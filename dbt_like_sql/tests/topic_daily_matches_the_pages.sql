-- The pages and stories of each topic and day are those that analyst.pages has with that topic.
with {% if var('ingest_dates') %}
checked_days as (
    select distinct day
    from {{ ref('int_record_days') }}
    where ingest_date = any({{ var('ingest_dates') }}::date[])
),

{% endif %}
counted as (
    select
        day,
        unnest(topics) as topic,
        record_id,
        story_id
    from {{ ref('pages') }}
    {% if var('ingest_dates') %}
    where day in (select day from checked_days)
    {% endif %}
),

by_day as (
    select
        day,
        topic,
        count(*) as pages,
        count(distinct story_id) as stories
    from counted
    group by day, topic
)

select
    coalesce(daily.day, by_day.day) as day,
    coalesce(daily.topic, by_day.topic) as topic,
    coalesce(daily.pages, 0) as pages,
    coalesce(by_day.pages, 0) as pages_in_analyst_pages,
    coalesce(daily.stories, 0) as stories,
    coalesce(by_day.stories, 0) as stories_in_analyst_pages
from {{ ref('topic_daily') }} as daily
full join by_day on daily.topic = by_day.topic and daily.day = by_day.day
where
    (coalesce(daily.pages, 0) <> coalesce(by_day.pages, 0) or coalesce(daily.stories, 0) <> coalesce(by_day.stories, 0))
    {% if var('ingest_dates') %}
    and coalesce(daily.day, by_day.day) in (select day from checked_days)
    {% endif %}
