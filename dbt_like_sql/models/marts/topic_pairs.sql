-- grain: two topics in one ISO week
with pages as (
    select * from {{ ref('int_topic_pages') }}
)

select
    first_topic.week,
    first_topic.topic as topic_a,
    second_topic.topic as topic_b,
    count(distinct first_topic.record_id) as pages,
    count(distinct first_topic.story_id) as stories
from pages as first_topic
-- Only a page's own topics meet, so this grows with the topics of a page and not with the pages.
inner join pages as second_topic
    on first_topic.record_id = second_topic.record_id and first_topic.topic < second_topic.topic
group by first_topic.week, first_topic.topic, second_topic.topic
order by first_topic.week, topic_a, topic_b
