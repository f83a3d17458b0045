-- grain: one story
{{ config(materialized='view', schema='analyst') }}

with story_topics as (
    select
        story_id,
        list(distinct topic order by topic) filter (where not teaser_only) as topics,
        list(distinct topic order by topic) filter (where strength = 'main') as main_topics
    from {{ ref('int_topic_pages') }}
    group by story_id
)

select
    spread.story_id,
    days.day,
    spread.title,
    days.url,
    days.site,
    days.language,
    spread.first_site,
    spread.first_seen,
    spread.last_seen,
    spread.pages,
    spread.outlets,
    spread.languages,
    coalesce(story_topics.topics, []) as topics,
    coalesce(story_topics.main_topics, []) as main_topics,
    members.record_id
from {{ ref('story_spread') }} as spread
inner join {{ ref('stg_members') }} as members on spread.story_id = members.story_id and members.is_canonical
inner join {{ ref('int_record_days') }} as days on members.record_id = days.record_id
left join story_topics on spread.story_id = story_topics.story_id
