-- grain: one day from the first page to the last page or fetch
with page_days as (
    select
        day,
        count(*) as pages
    from {{ ref('int_record_days') }}
    where is_page
    group by day
),

fetch_days as (
    select distinct fetched_at::date as day
    from {{ ref('stg_records') }}
),

-- Pages per day around each day with pages: of the seven days with pages up to it, and from it on; over a week at least.
rates as (
    select
        day,
        pages,
        sum(pages) over up_to_day / greatest(7, day - min(day) over up_to_day + 1) as rate_before,
        sum(pages) over from_day / greatest(7, max(day) over from_day - day + 1) as rate_after
    from page_days
    window
        up_to_day as (order by day rows between 6 preceding and current row),
        from_day as (order by day rows between current row and 6 following)
),

ends as (
    select
        min(page_days.day) as first_day,
        greatest(max(page_days.day), (select max(day) from fetch_days)) as last_day
    from page_days
),

days as (
    select unnest(generate_series(first_day, last_day, interval 1 day))::date as day
    from ends
),

-- Pages of the same weekday in the four weeks before and after, on days with pages; the higher ones, since some of them
-- may not have been collected either.
weekdays as (
    select
        days.day,
        quantile_disc(page_days.pages, 0.75) as usual_pages
    from days
    cross join (select unnest([-28, -21, -14, -7, 7, 14, 21, 28]) as shift) as shifts
    inner join page_days on days.day + shifts.shift = page_days.day
    group by days.day
),

around as (
    select
        days.day,
        coalesce(rates.pages, 0) as pages,
        last_value(rates.rate_before ignore nulls) over (order by days.day) as rate_before,
        first_value(rates.rate_after ignore nulls) over (
            order by days.day rows between current row and unbounded following
        ) as rate_after
    from days
    left join rates on days.day = rates.day
)

select
    around.day,
    around.pages,
    case
        when fetch_days.day is not null then true
        -- Where pages are rare, a day without any is a day without news.
        when around.pages = 0
            then greatest(coalesce(around.rate_before, 0), coalesce(around.rate_after, 0)) < {{ var('regular_pages_a_day') }}
        -- Later fetches find a few pages of a day that was not collected.
        else coalesce(weekdays.usual_pages, 0) < {{ var('min_weekday_pages') }}
            or around.pages >= {{ var('min_weekday_share') }} * weekdays.usual_pages
    end as is_collected
from around
left join fetch_days on around.day = fetch_days.day
left join weekdays on around.day = weekdays.day
