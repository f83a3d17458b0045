-- `teaser_only` is true exactly if no mention of the topic is in the page's title or body.
with mentions as (
    select record_id, topic, bool_and(place = 'teaser') as teaser_only
    from {{ ref('stg_mentions') }}
    group by record_id, topic
)

select
    topics.record_id,
    topics.topic,
    topics.teaser_only,
    mentions.teaser_only as teaser_only_by_mentions
from {{ ref('stg_page_topics') }} as topics
left join mentions on topics.record_id = mentions.record_id and topics.topic = mentions.topic
where topics.teaser_only is distinct from mentions.teaser_only
