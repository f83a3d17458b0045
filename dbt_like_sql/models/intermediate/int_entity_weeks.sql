-- grain: one entity named with one topic in one ISO week; the null entity counts all pages of the topic
{{ config(materialized='incremental', unique_key='week', incremental_strategy='delete+insert') }}

with states as (
    select week, state from {{ ref('int_week_states') }}
),

{{ touched_weeks() }},

pages as (
    select pages.*
    from {{ ref('int_topic_pages') }} as pages
    semi join touched on pages.week = touched.week
    where not pages.teaser_only
),

-- Without teasers: their entities belong to another page.
named as (
    select distinct
        record_id,
        ingest_date,
        topic,
        entity,
        kind
    from {{ ref('stg_entities') }}
    where place <> 'teaser'
),

page_entities as (
    select week, topic, null as entity, null as kind, record_id, story_id, site
    from pages
    union all
    select pages.week, pages.topic, named.entity, named.kind, pages.record_id, pages.story_id, pages.site
    from pages
    inner join named
        on
            pages.record_id = named.record_id
            and pages.topic = named.topic
            and pages.ingest_date = named.ingest_date
),

counts as (
    select
        week,
        topic,
        entity::varchar as entity,
        kind::varchar as kind,
        count(distinct record_id) as pages,
        count(distinct story_id) as stories,
        count(distinct site) as outlets
    from page_entities
    group by week, topic, entity, kind
)

{{ counts_of_touched_weeks(['week', 'topic', 'entity', 'kind'], ['pages', 'stories', 'outlets']) }}
