-- grain: one page
{{ config(materialized='view', schema='analyst') }}

with page_topics as (
    select
        record_id,
        list(topic order by topic) filter (where not teaser_only) as topics,
        list(topic order by topic) filter (where teaser_only) as teased_topics
    from {{ ref('int_topic_pages') }}
    group by record_id
)

select
    pages.record_id,
    days.day,
    pages.title,
    pages.url,
    pages.site,
    pages.language,
    pages.kind,
    pages.author,
    pages.published_at,
    pages.published_from,
    days.seen_at,
    pages.word_count,
    members.story_id,
    members.relation,
    members.is_canonical,
    members.matched_record_id,
    members.similarity,
    coalesce(page_topics.topics, []) as topics,
    coalesce(page_topics.teased_topics, []) as teased_topics,
    pages.text
from {{ source('clean', 'pages') }} as pages
inner join {{ ref('int_record_days') }} as days on pages.record_id = days.record_id
left join {{ source('stories', 'members') }} as members on pages.record_id = members.record_id
left join page_topics on pages.record_id = page_topics.record_id
