-- On no day does a topic have more stories, outlets, languages or teaser pages than pages, or more than in seven days.
select *
from {{ ref('topic_daily') }}
where
    stories > pages
    or outlets > pages
    or languages > pages
    or teaser_pages > pages
    or (pages > 0 and stories = 0)
    or pages_7d < pages
    or stories_7d < stories
