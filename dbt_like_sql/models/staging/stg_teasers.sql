-- grain: one teaser on a page
select
    record_id,
    ingest_date,
    position,
    title
from {{ source('clean', 'teasers') }}
