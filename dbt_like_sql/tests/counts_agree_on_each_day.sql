-- A topic's day has no more stories, outlets, languages or teaser pages than pages, and its windows hold the day.
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
