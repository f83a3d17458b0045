-- grain: one page
{{ config(materialized='view') }}

select
    record_id,
    ingest_date,
    kind,
    day,
    week,
    seen_at,
    site,
    language,
    url,
    title,
    code_version
from {{ ref('int_record_days') }}
where is_page
