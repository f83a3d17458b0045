-- grain: one fetch
select
    record_id,
    ingest_date,
    url,
    site,
    fetched_at
from {{ source('raw', 'records') }}
