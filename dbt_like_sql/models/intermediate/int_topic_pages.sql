-- grain: one page has one topic
-- Stored, since every mart of topics reads it, and small, since few pages have a topic.
select
    topics.topic,
    topics.record_id,
    days.ingest_date,
    days.day,
    days.week,
    days.seen_at,
    members.story_id,
    days.site,
    days.language,
    topics.strength,
    topics.teaser_only
from {{ ref('stg_page_topics') }} as topics
inner join {{ ref('int_record_days') }} as days on topics.record_id = days.record_id
-- A page that lost its story still counts as a page; the not_null test on story_id tells of it.
left join {{ ref('stg_members') }} as members on topics.record_id = members.record_id
