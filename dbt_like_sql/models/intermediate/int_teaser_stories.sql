-- grain: one story that only teasers connect with one topic, on one day on which they were shown
-- A teaser is about the page it links to: if that page is known, the story is that page's, else the story of the page
-- that shows the teaser. A story of which any page counts for the topic is left out: it is counted there.
with teasers as (
    select
        topic,
        day,
        week,
        story_id,
        unnest(case when len(teaser_urls) > 0 then teaser_urls else [null::varchar] end) as url
    from {{ ref('int_topic_pages') }}
    where teaser_only
),

targets as (
    select
        days.normalized_url as url,
        -- Several fetches of one URL: the story of the first.
        arg_min(members.story_id, row(days.seen_at, days.record_id)) as story_id
    from {{ ref('int_record_days') }} as days
    inner join {{ ref('stg_members') }} as members on days.record_id = members.record_id
    where days.normalized_url in (select url from teasers)
    group by days.normalized_url
),

counted as (
    select distinct topic, story_id
    from {{ ref('int_topic_pages') }}
    where not teaser_only
)

select distinct
    teasers.topic,
    teasers.day,
    teasers.week,
    coalesce(targets.story_id, teasers.story_id) as story_id
from teasers
left join targets on teasers.url = targets.url
left join counted
    on teasers.topic = counted.topic and coalesce(targets.story_id, teasers.story_id) = counted.story_id
where counted.story_id is null
