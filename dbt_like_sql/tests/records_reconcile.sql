-- Every record has exactly one final verdict: kept or merged by the stories stage, or quarantined.
with verdicts as (
    select
        record_id,
        count(*) filter (where verdict = 'quarantined' or stage = 'stories') as final_verdicts
    from {{ ref('stg_ledger') }}
    {% if var('ingest_dates') %}
    where ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
    group by record_id
)

select
    days.ingest_date,
    days.record_id,
    coalesce(verdicts.final_verdicts, 0) as final_verdicts
from {{ ref('int_record_days') }} as days
left join verdicts on days.record_id = verdicts.record_id
where
    coalesce(verdicts.final_verdicts, 0) <> 1
    {% if var('ingest_dates') %}
    and days.ingest_date = any({{ var('ingest_dates') }}::date[])
    {% endif %}
