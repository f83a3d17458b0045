-- No site has far fewer records on the newest ingest date than it usually has. If one does, its source may be broken:
-- look at its newest files or fetches (`newsmill explain SITE`), then at the source's settings. Sites that were dropped
-- on purpose stop being listed after the days of `volume_past_dates`.
{{ config(severity='warn') }}

with dates as (
    select
        ingest_date,
        row_number() over (order by ingest_date desc) - 1 as age
    from (select distinct ingest_date from {{ ref('stg_records') }}) as found
    qualify age <= {{ var('volume_past_dates') }}
),

newest as (
    select ingest_date from dates where age = 0
),

counts as (
    select
        records.site,
        dates.age,
        dates.ingest_date,
        count(*) as records
    from {{ ref('stg_records') }} as records
    inner join dates on records.ingest_date = dates.ingest_date
    where records.site is not null
    group by records.site, dates.age, dates.ingest_date
),

-- Dates since the site's first one, also those without a record of it.
site_dates as (
    select
        sites.site,
        dates.age,
        coalesce(counts.records, 0) as records
    from (select site, max(age) as first_age from counts group by site) as sites
    inner join dates on dates.age <= sites.first_age
    left join counts on sites.site = counts.site and dates.age = counts.age
),

-- The median is not moved by one large date; the lowest of the past dates is what the site has on quiet ones.
past as (
    select
        site,
        median(records) as usual_records,
        min(records) as fewest_records,
        count(*) as past_dates
    from site_dates
    where age > 0
    group by site
)

select
    past.site,
    newest.ingest_date,
    now.records,
    past.usual_records,
    past.fewest_records,
    past.past_dates,
    last_seen.last_date as last_date_with_records,
    case when now.records = 0 then 'silent' else 'fewer records' end as problem
from past
cross join newest
inner join site_dates as now on past.site = now.site and now.age = 0
inner join (select site, max(ingest_date) as last_date from counts group by site) as last_seen
    on past.site = last_seen.site
where
    past.past_dates >= {{ var('volume_min_past_dates') }}
    and now.records < {{ var('volume_max_share') }} * past.usual_records
    -- Counts vary by their square root even where nothing is wrong.
    and now.records < past.usual_records - {{ var('volume_deviations') }} * sqrt(past.usual_records)
    and now.records < past.fewest_records
