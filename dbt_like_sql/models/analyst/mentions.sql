-- grain: one sentence about a topic
{{ config(materialized='view', schema='analyst') }}

select
    days.day,
    mentions.topic,
    mentions.sentence,
    mentions.phrase,
    mentions.place,
    mentions.score,
    case when not topics.teaser_only then topics.strength end as strength,
    days.title,
    days.url,
    days.site,
    days.language,
    members.story_id,
    mentions.record_id
from {{ source('topics', 'mentions') }} as mentions
inner join {{ ref('int_record_days') }} as days on mentions.record_id = days.record_id
left join {{ ref('stg_page_topics') }} as topics
    on mentions.record_id = topics.record_id and mentions.topic = topics.topic
left join {{ ref('stg_members') }} as members on mentions.record_id = members.record_id
