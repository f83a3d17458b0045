"""Explain one trend number: the stories behind it, and the parts of its weekly change."""

from __future__ import annotations

import datetime as dt
from typing import Any

from newsmill.errors import UserError
from newsmill.types import Connection, Row


def explain_trend(con: Connection, topic: str, day: dt.date) -> dict[str, Any]:
    """Explain a topic's day from a published database.

    Returns:
        `counts`: its row of trends.topic_daily. `expected`: its row of topic_expected, None after the last fetch.
        `burst`: the burst of that day, or None. `stories`: those that count first, most outlets first, each with
        `story_id`, `title`, `pages`, `outlets`, `teaser_pages`, `teaser_only` (true: only teasers are about it, so
        the story does not count), and of its best-scored mention that day `sentence`, `phrase`, `place`, `url`.
        `change`: its row of trends.change_decomposition, None in the topic's first week.

    Raises:
        UserError: if the topic has no row for this day.
    """
    key = {"topic": topic, "day": day}
    counts = _select_rows(con, "from trends.topic_daily where topic = $topic and day = $day", key)
    if not counts:
        raise UserError(
            f"{topic} {day}",
            _describe_known_days(con, topic),
            "list topics and days with `newsmill query 'from trends.topic_daily'`",
        )
    expected = _select_rows(con, "from trends.topic_expected where topic = $topic and day = $day", key)
    bursts = _select_rows(
        con, "from trends.topic_bursts where topic = $topic and $day between start_day and end_day", key
    )
    changes = _select_rows(
        con,
        "from trends.change_decomposition where topic = $topic and week = date_trunc('week', $day::date)::date",
        key,
    )
    return {
        "counts": counts[0],
        "expected": expected[0] if expected else None,
        "burst": bursts[0] if bursts else None,
        "stories": _select_stories(con, key),
        "change": changes[0] if changes else None,
    }


def _select_stories(con: Connection, key: dict[str, Any]) -> list[Row]:
    return _select_rows(
        con,
        """
        with pages as (from trends.topic_pages where topic = $topic and day = $day),
        mentions as (
            select pages.story_id, m.sentence, m.phrase, m.place, days.url, days.title as page_title
            from pages
            join topics.mentions m on m.record_id = pages.record_id and m.topic = $topic
            join trends.page_days days on days.record_id = pages.record_id
            qualify row_number() over (
                partition by pages.story_id
                order by pages.teaser_only, (m.place = 'teaser') <> pages.teaser_only, m.score desc, pages.seen_at,
                         pages.record_id, m.char_start) = 1),
        counted as (
            select story_id, count(distinct record_id) filter (not teaser_only) as pages,
                   count(distinct site) filter (not teaser_only) as outlets,
                   count(distinct record_id) filter (teaser_only) as teaser_pages,
                   bool_and(teaser_only) as teaser_only
            from pages group by story_id)
        select counted.*, coalesce(spread.title, mentions.page_title) as title, mentions.sentence, mentions.phrase,
               mentions.place, mentions.url
        from counted
        left join mentions on mentions.story_id is not distinct from counted.story_id
        left join trends.story_spread spread on spread.story_id = counted.story_id
        order by counted.teaser_only, counted.outlets desc, counted.pages desc, counted.story_id
        """,
        key,
    )


def _describe_known_days(con: Connection, topic: str) -> str:
    [(first, last)] = con.execute(
        "select min(day), max(day) from trends.topic_daily where topic = ?", [topic]
    ).fetchall()
    if first is not None:
        return f"the topic's days are {first} to {last}"
    known = con.execute("select distinct topic from trends.topic_daily order by all").fetchall()
    return f"no page has this topic; the topics are {', '.join(name for (name,) in known) or 'none'}"


def _select_rows(con: Connection, query: str, parameters: dict[str, Any]) -> list[Row]:
    used = {name: value for name, value in parameters.items() if f"${name}" in query}
    return con.execute(query, used).pl().to_dicts()
