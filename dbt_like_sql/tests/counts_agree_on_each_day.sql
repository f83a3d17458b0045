-- On no day does a topic have more stories, outlets or languages than pages, or more than in seven days.
select *
from {{ ref('topic_daily') }}
where
    stories > pages
    or outlets > pages
    or languages > pages
    or (pages > 0 and stories = 0)
    or pages_7d < pages
    or stories_7d < stories
