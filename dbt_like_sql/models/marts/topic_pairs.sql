-- grain: two topics in one ISO week
select
    week,
    topic as topic_a,
    other_topic as topic_b,
    pages,
    stories
from {{ ref('int_topic_weeks') }}
where topic < other_topic and pages > 0
order by week, topic_a, topic_b
