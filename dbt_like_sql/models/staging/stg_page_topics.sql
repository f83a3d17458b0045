-- grain: one page with one topic
select
    record_id,
    ingest_date,
    topic,
    score,
    strength,
    teaser_only,
    taxonomy_version
from {{ source('topics', 'page_topics') }}
