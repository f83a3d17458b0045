-- A topic has a row for each day from its first to its last.
select
    topic,
    min(day) as first_day,
    max(day) as last_day,
    count(*) as days
from {{ ref('topic_daily') }}
group by topic
having count(*) <> max(day) - min(day) + 1
