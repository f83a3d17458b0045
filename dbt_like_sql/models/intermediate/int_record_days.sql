-- grain: one record
{{ config(materialized='incremental', unique_key='ingest_date', incremental_strategy='delete+insert') }}

-- Both sides are filtered by the run's ingest dates, so that a daily run does not read the whole archive.
with records as (
    select *
    from {{ ref('stg_records') }}
    {% if is_incremental() and var('ingest_dates') %}
    where ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
),

pages as (
    select
        *,
        -- The day is that of the page's own time zone, as its readers saw it. UTC orders pages by who was first.
        published_at - to_minutes(coalesce(published_offset_minutes, 0)) as published_utc,
        -- A date without a time is stored as midnight without a zone.
        published_offset_minutes is null and published_at = date_trunc('day', published_at) as is_date_only
    from {{ ref('stg_pages') }}
    {% if is_incremental() and var('ingest_dates') %}
    where ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
),

dated as (
    select
        records.record_id,
        records.ingest_date,
        records.fetched_at,
        pages.record_id is not null as is_page,
        pages.kind,
        coalesce(pages.url, records.url) as url,
        coalesce(pages.site, records.site) as site,
        pages.title,
        pages.language,
        pages.code_version,
        pages.is_date_only,
        pages.published_utc,
        case
            when pages.published_at::date between date '{{ var("first_plausible_day") }}'
                and records.fetched_at::date + {{ var('plausible_days_ahead') }}
                then pages.published_at::date
        end as published_day
    from records
    left join pages using (record_id)
)

select
    record_id,
    ingest_date,
    is_page,
    kind,
    coalesce(published_day, fetched_at::date) as day,
    date_trunc('week', coalesce(published_day, fetched_at::date))::date as week,
    -- A page was online when it was fetched, even if it states a later date. A date without a time counts as the end
    -- of its day, so that the page does not precede pages that state their hour.
    case
        when published_day is null then fetched_at
        when is_date_only then least(published_day + interval 1 day - interval 1 microsecond, fetched_at)
        else least(published_utc, fetched_at)
    end as seen_at,
    site,
    language,
    url,
    -- Null for records without a page: a link to them leads to no known page.
    case when is_page then {{ normalized_url('url') }} end as normalized_url,
    title,
    code_version
from dated
