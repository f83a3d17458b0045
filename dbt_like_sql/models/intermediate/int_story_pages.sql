-- grain: one page in a story
{{ config(materialized='view') }}

select
    members.story_id,
    members.record_id,
    members.is_canonical,
    days.day,
    days.seen_at,
    days.site,
    days.language,
    days.title
from {{ ref('stg_members') }} as members
inner join {{ ref('int_record_days') }} as days on members.record_id = days.record_id
where days.is_page
