-- grain: one site in one ISO week in which it has a page
-- Files have no site; they count as the site ''.
with weeks as (
    select
        week,
        coalesce(site, '') as site,
        count(*) as pages
    from {{ ref('int_record_days') }}
    where is_page
    group by week, coalesce(site, '')
),

-- The fetch time of files without a manifest is their modification time, which may be long after their date.
first_fetches as (
    select
        coalesce(days.site, '') as site,
        date_trunc('week', min(least(records.ingest_date, records.fetched_at::date)))::date as week
    from {{ ref('int_record_days') }} as days
    inner join {{ ref('stg_records') }} as records on days.record_id = records.record_id
    where days.is_page
    group by coalesce(days.site, '')
)

select
    weeks.week,
    weeks.site,
    weeks.pages,
    weeks.week < first_fetches.week as is_before_first_fetch
from weeks
inner join first_fetches on weeks.site = first_fetches.site
