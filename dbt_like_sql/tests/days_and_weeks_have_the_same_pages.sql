-- A topic has as many pages summed by day as summed by week.
with by_day as (
    select topic, sum(pages) as pages
    from {{ ref('topic_daily') }}
    group by topic
),

by_week as (
    select topic, sum(pages) as pages
    from {{ ref('topic_weekly') }}
    group by topic
)

select
    coalesce(by_day.topic, by_week.topic) as topic,
    by_day.pages as pages_by_day,
    by_week.pages as pages_by_week
from by_day
full join by_week on by_day.topic = by_week.topic
where by_day.pages is distinct from by_week.pages
