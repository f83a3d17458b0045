-- grain: one record at one stage
select
    record_id,
    ingest_date,
    stage,
    verdict,
    reason
from {{ source('quality', 'ledger') }}
