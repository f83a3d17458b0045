-- grain: one page with one topic
{{ config(materialized='view') }}

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
    taxonomy_version
from {{ ref('int_topic_pages') }}
