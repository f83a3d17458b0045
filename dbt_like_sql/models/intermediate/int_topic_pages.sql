-- grain: one page with one topic
{{ config(materialized='incremental', unique_key='ingest_date', incremental_strategy='delete+insert') }}

-- A table, because every mart of topics reads it; small, because few pages have a topic.
with {% if is_incremental() and var('ingest_dates') %}
-- The run's dates, and the dates whose stories changed, or whose tags differ in number or in taxonomy version.
tags as (
    select
        ingest_date,
        count(record_id) as tags,
        min(taxonomy_version) as first_version,
        max(taxonomy_version) as last_version
    from {{ ref('stg_page_topics') }}
    group by ingest_date
),

stored_tags as (
    select
        ingest_date,
        count(record_id) as tags,
        min(taxonomy_version) as first_version,
        max(taxonomy_version) as last_version
    from {{ this }}
    group by ingest_date
),

touched as (
    select unnest({{ var('ingest_dates') }}::date[]) as ingest_date
    union
    select stored.ingest_date
    from {{ this }} as stored
    left join {{ ref('stg_members') }} as members on stored.record_id = members.record_id
    where stored.story_id is distinct from members.story_id
    union
    select tags.ingest_date
    from tags
    left join stored_tags on tags.ingest_date = stored_tags.ingest_date
    where
        tags.tags is distinct from stored_tags.tags
        or tags.first_version is distinct from stored_tags.first_version
        or tags.last_version is distinct from stored_tags.last_version
),

{% endif %}
-- The pages that the teasers of a topic link to, of pages where only teasers name the topic.
teaser_urls as (
    select
        topics.record_id,
        topics.topic,
        list(distinct {{ normalized_url('teasers.url') }}) filter (where teasers.url is not null) as urls
    from {{ ref('stg_page_topics') }} as topics
    inner join {{ ref('stg_mentions') }} as mentions
        on
            topics.record_id = mentions.record_id
            and topics.topic = mentions.topic
            and topics.ingest_date = mentions.ingest_date
    inner join {{ ref('stg_teasers') }} as teasers
        on
            mentions.record_id = teasers.record_id
            and mentions.teaser_position = teasers.position
            and mentions.ingest_date = teasers.ingest_date
    where
        topics.teaser_only
        and mentions.place = 'teaser'
        {% if is_incremental() and var('ingest_dates') %}
        and topics.ingest_date in (select ingest_date from touched)
        {% endif %}
    group by topics.record_id, topics.topic
),

pages as (
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
        topics.teaser_only,
        coalesce(list_sort(teaser_urls.urls), []) as teaser_urls,
        days.code_version,
        topics.taxonomy_version
    from {{ ref('stg_page_topics') }} as topics
    inner join {{ ref('int_record_days') }} as days on topics.record_id = days.record_id
    -- A page without a story still counts as a page; the not_null test on story_id reports it.
    left join {{ ref('stg_members') }} as members on topics.record_id = members.record_id
    left join teaser_urls on topics.record_id = teaser_urls.record_id and topics.topic = teaser_urls.topic
    {% if is_incremental() and var('ingest_dates') %}
    where topics.ingest_date in (select ingest_date from touched)
    {% endif %}
)

select
    topic,
    record_id,
    ingest_date,
    day,
    week,
    seen_at,
    story_id,
    site,
    language,
    strength,
    teaser_only,
    teaser_urls,
    code_version,
    taxonomy_version,
    -- DuckDB has neither xxh3 nor blake2b. md5 is as well specified, and its lower half is enough to detect a change.
    md5_number_lower(
        concat_ws(
            chr(31), topic, record_id, day, seen_at, coalesce(story_id, ''), coalesce(site, ''),
            coalesce(language, ''), teaser_only, coalesce(code_version, ''), coalesce(taxonomy_version, '')
        )
    )::ubigint as state
from pages
