-- grain: one teaser on a page
select
    record_id,
    ingest_date,
    position,
    title,
    url
from {{ source('clean', 'teasers') }}
