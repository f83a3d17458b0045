-- The parts of a topic's change from week to week sum to the change, exactly.
select *
from {{ ref('change_decomposition') }}
where change <> sources_joined + sources_silent + copies + extractor + taxonomy + genuine
