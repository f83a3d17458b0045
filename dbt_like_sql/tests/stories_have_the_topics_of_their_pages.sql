-- A story has a topic in analyst.stories exactly if one of its pages has it in analyst.pages, where topic_daily counts it.
with {% if var('ingest_dates') %}
checked_stories as (
    select distinct story_id
    from {{ ref('stg_members') }}
    where ingest_date = any({{ var('ingest_dates') }}::date[])
),

{% endif %}
by_page as (
    select distinct
        story_id,
        unnest(topics) as topic
    from {{ ref('pages') }}
    where
        story_id is not null
        {% if var('ingest_dates') %}
        and story_id in (select story_id from checked_stories)
        {% endif %}
),

by_story as (
    select
        story_id,
        unnest(topics) as topic
    from {{ ref('stories') }}
    {% if var('ingest_dates') %}
    where story_id in (select story_id from checked_stories)
    {% endif %}
)

select
    coalesce(by_page.story_id, by_story.story_id) as story_id,
    coalesce(by_page.topic, by_story.topic) as topic,
    by_page.story_id is not null as in_analyst_pages,
    by_story.story_id is not null as in_analyst_stories
from by_page
full join by_story on by_page.story_id = by_story.story_id and by_page.topic = by_story.topic
where by_page.story_id is null or by_story.story_id is null
