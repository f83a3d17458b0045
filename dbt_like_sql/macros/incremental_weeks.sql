-- The CTEs `stored` and `touched`: the weeks to count, with the state of what they are counted from. Follows a CTE
-- `states` (week, state). An incremental run counts the weeks whose state differs from the stored one.
{% macro touched_weeks() %}
{% if is_incremental() %}
stored as (
    select distinct week, state
    from {{ this }}
),

touched as (
    select coalesce(states.week, stored.week) as week, coalesce(states.state, 0) as state
    from states
    full join stored on states.week = stored.week
    where coalesce(states.state, 0) <> coalesce(stored.state, 0)
)
{% else %}
touched as (
    select week, state from states where state <> 0
)
{% endif %}
{% endmacro %}

-- The rows of the CTE `counts` with the state of their week. An incremental run adds zeros for a touched week that
-- has no rows anymore, because delete+insert deletes the weeks that it inserts and would leave the stored rows.
{% macro counts_of_touched_weeks(keys, measures) %}
select
    {% for column in keys + measures %}
    counts.{{ column }},
    {% endfor %}
    touched.state::ubigint as state
from counts
inner join touched on counts.week = touched.week
{% if is_incremental() %}
union all
select
    {% for column in keys %}
    before.{{ column }},
    {% endfor %}
    {% for column in measures %}
    0 as {{ column }},
    {% endfor %}
    touched.state::ubigint as state
from {{ this }} as before
inner join touched on before.week = touched.week
anti join counts on before.week = counts.week
{% endif %}
{% endmacro %}
