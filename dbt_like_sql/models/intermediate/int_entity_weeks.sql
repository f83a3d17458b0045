-- grain: one entity named with one topic in one ISO week; a null entity stands for the topic with whatever it names
{{ config(materialized='incremental', unique_key='week', incremental_strategy='delete+insert') }}

with states as (
    select week, state from {{ ref('int_week_states') }}
),

{% if is_incremental() %}
stored as (
    select distinct week, state
    from {{ this }}
),

touched as (
    select coalesce(states.week, stored.week) as week, coalesce(states.state, 0) as state
    from states
    full join stored on states.week = stored.week
    where coalesce(states.state, 0) <> coalesce(stored.state, 0)
),

{% else %}
touched as (
    select week, state from states where state <> 0
),

{% endif %}
pages as (
    select pages.*
    from {{ ref('int_topic_pages') }} as pages
    semi join touched on pages.week = touched.week
),

-- A teaser names what another page is about.
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

naming as (
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
    from naming
    group by week, topic, entity, kind
){% if is_incremental() %},

-- What was counted and is no more is a zero.
gone as (
    select before.week, before.topic, before.entity, before.kind
    from {{ this }} as before
    semi join touched on before.week = touched.week
    anti join counts
        on
            before.week = counts.week
            and before.topic = counts.topic
            and before.entity is not distinct from counts.entity
            and before.kind is not distinct from counts.kind
){% endif %}

select
    counts.week,
    counts.topic,
    counts.entity,
    counts.kind,
    counts.pages,
    counts.stories,
    counts.outlets,
    touched.state::ubigint as state
from counts
inner join touched on counts.week = touched.week
{% if is_incremental() %}
union all
select
    gone.week,
    gone.topic,
    gone.entity,
    gone.kind,
    0 as pages,
    0 as stories,
    0 as outlets,
    touched.state::ubigint as state
from gone
inner join touched on gone.week = touched.week
{% endif %}
