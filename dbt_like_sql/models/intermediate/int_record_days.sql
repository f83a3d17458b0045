-- grain: one record, with the day and week it counts for
{{ config(materialized='incremental', unique_key='ingest_date', incremental_strategy='delete+insert') }}

-- Both sides are cut to the touched dates, so that a night reads the night and not the archive.
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
        -- The page's own wall clock tells its day, as its readers knew it; UTC tells who was first.
        published_at - to_minutes(coalesce(published_offset_minutes, 0)) as published_utc,
        -- Midnight without a zone is how a date without a time is stored.
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
        pages.code_version as read_by,
        pages.is_date_only,
        pages.published_utc,
        case
            when pages.published_at::date between date '{{ var("first_believable_day") }}'
                and records.fetched_at::date + {{ var('believable_days_ahead') }}
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
    -- A page was there by the time it was fetched, whatever it says; a date without a time is taken at its day's end,
    -- so that it claims no lead over a page that names its hour.
    case
        when published_day is null then fetched_at
        when is_date_only then least(published_day + interval 1 day - interval 1 microsecond, fetched_at)
        else least(published_utc, fetched_at)
    end as seen_at,
    site,
    language,
    url,
    title,
    read_by
from dated
