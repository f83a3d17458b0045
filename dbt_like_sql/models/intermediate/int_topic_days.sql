-- grain: one topic on one day, if that day or one of the six days before has pages of the topic
{{ config(materialized='incremental', unique_key='day', incremental_strategy='delete+insert') }}

with pages as (
    select * from {{ ref('int_topic_pages') }}
),

own_states as (
    select
        topic,
        day,
        bit_xor(state) as own_state
    from pages
    group by topic, day
),

-- A day is counted from the pages of seven days, so a day's pages affect that day and the six after it.
affected as (
    select
        topic,
        unnest(generate_series(day, day + interval 6 day, interval 1 day))::date as day,
        own_state
    from own_states
),

states as (
    select
        topic,
        day,
        bit_xor(own_state) as state
    from affected
    group by topic, day
),

{% if is_incremental() %}
stored as (
    select topic, day, state
    from {{ this }}
),

-- The days whose pages have changed since they were counted.
touched as (
    select distinct coalesce(states.day, stored.day) as day
    from states
    full join stored on states.topic = stored.topic and states.day = stored.day
    where coalesce(states.state, 0) <> coalesce(stored.state, 0)
),

{% else %}
touched as (
    select distinct day from states
),

{% endif %}
-- A day that lost all its pages is kept with zeros, so that a later run can compare its state.
days as (
    select states.topic, states.day, states.state
    from states
    semi join touched on states.day = touched.day
    {% if is_incremental() %}
    union all
    select stored.topic, stored.day, 0 as state
    from stored
    semi join touched on stored.day = touched.day
    anti join states on stored.topic = states.topic and stored.day = states.day
    {% endif %}
),

read_days as (
    select distinct unnest(generate_series(day - interval 6 day, day, interval 1 day))::date as day
    from touched
),

read_pages as (
    select pages.*
    from pages
    semi join read_days on pages.day = read_days.day
),

counts as (
    select
        topic,
        day,
        count(distinct record_id) filter (where not teaser_only) as pages,
        count(distinct story_id) filter (where not teaser_only) as stories,
        count(distinct site) filter (where not teaser_only) as outlets,
        count(distinct language) filter (where not teaser_only) as languages,
        count(distinct record_id) filter (where teaser_only) as teaser_pages
    from read_pages
    group by topic, day
),

-- A story on several days of a week is one story, so `stories_7d` is not a sum over days. Each day of a story is
-- repeated for the six days after it, and each day counts the distinct stories.
story_days as (
    select distinct
        topic,
        story_id,
        day
    from read_pages
    where not teaser_only
),

story_day_windows as (
    select
        topic,
        story_id,
        unnest(generate_series(day, day + interval 6 day, interval 1 day))::date as day
    from story_days
),

stories_of_7_days as (
    select
        topic,
        day,
        count(distinct story_id) as stories_7d
    from story_day_windows
    group by topic, day
)

select
    days.day,
    days.topic,
    coalesce(counts.pages, 0) as pages,
    coalesce(counts.stories, 0) as stories,
    coalesce(counts.outlets, 0) as outlets,
    coalesce(counts.languages, 0) as languages,
    coalesce(counts.teaser_pages, 0) as teaser_pages,
    coalesce(stories_of_7_days.stories_7d, 0) as stories_7d,
    coalesce(own_states.own_state, 0)::ubigint as own_state,
    days.state::ubigint as state
from days
left join own_states on days.topic = own_states.topic and days.day = own_states.day
left join counts on days.topic = counts.topic and days.day = counts.day
left join stories_of_7_days on days.topic = stories_of_7_days.topic and days.day = stories_of_7_days.day
