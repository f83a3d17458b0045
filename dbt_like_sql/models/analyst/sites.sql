-- grain: one site
{{ config(materialized='view', schema='analyst') }}

with records as (
    select
        site,
        count(record_id) as records,
        count(record_id) filter (where is_page) as pages,
        min(day) filter (where is_page) as first_day,
        max(day) filter (where is_page) as last_day
    from {{ ref('int_record_days') }}
    where site is not null
    group by site
),

site_stories as (
    select
        pages.site,
        count(distinct pages.story_id) as stories,
        count(*) filter (where members.relation in ('copy', 'edited_copy')) as copies
    from {{ ref('int_story_pages') }} as pages
    inner join {{ ref('stg_members') }} as members on pages.record_id = members.record_id
    group by pages.site
),

first_stories as (
    select
        first_site as site,
        count(story_id) as stories_first,
        count(*) filter (where outlets > 1) as stories_followed
    from {{ ref('story_spread') }}
    group by first_site
)

select
    records.site,
    records.first_day,
    records.last_day,
    records.records,
    records.pages,
    coalesce(site_stories.stories, 0) as stories,
    coalesce(first_stories.stories_first, 0) as stories_first,
    coalesce(first_stories.stories_followed, 0) as stories_followed,
    coalesce(site_stories.copies, 0) as copies,
    records.records - records.pages as quarantined
from records
left join site_stories on records.site = site_stories.site
left join first_stories on records.site = first_stories.site
