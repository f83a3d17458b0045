"""The stories of the report with sentences and pages: the most important first, as many as fit into the file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from newsmill.report.compression import SizeCounter
from newsmill.report.formatting import is_day_only, is_linkable, shorten, split_at_phrase
from newsmill.report.queries import registered
from newsmill.report.sections import story_details
from newsmill.types import Connection, Row

SITE_CHARS = 60

StoryData = dict[str, Any]


def select_stories(
    con: Connection,
    story_ids: list[str],
    *,
    topics: list[str],
    entities: list[tuple[str, str, str]],
    sites: list[str | None],
    budget_bytes: int,
) -> list[StoryData]:
    """Return the first of the stories that take at most `budget_bytes` as compressed JSON.

    Topics, entities (name, kind, topic) and sites are written as their index in these lists.
    """
    with registered(con, "selected_stories", pl.DataFrame({"story_id": story_ids, "rank": range(len(story_ids))})):
        builder = _StoryBuilder(con, topics, entities, sites)
        spreads = story_details.read_spreads(con)
    stories: list[StoryData] = []
    size = SizeCounter()
    for spread in spreads:
        story = builder.build(spread)
        if size.add(story) > budget_bytes:
            break
        stories.append(story)
    return stories


class _StoryBuilder:
    """The details of all selected stories, grouped by story."""

    def __init__(
        self,
        con: Connection,
        topics: list[str],
        entities: list[tuple[str, str, str]],
        sites: list[str | None],
    ) -> None:
        self._topic_index = {topic: index for index, topic in enumerate(topics)}
        self._entity_index = {entity: index for index, entity in enumerate(entities)}
        self._site_index = {site: index for index, site in enumerate(sites)}
        self._topic_days = _group_by_story(story_details.read_topic_days(con, topics))
        self._arrivals = _group_by_story(story_details.read_arrivals(con))
        self._members = _group_by_story(story_details.read_members(con))
        self._sentences = _group_by_story(story_details.read_sentences(con, topics))
        self._entities = _group_by_story(story_details.read_entities(con))
        self._sites_and_languages = {row["story_id"]: row for row in story_details.read_sites_and_languages(con)}

    def build(self, spread: Row) -> StoryData:
        """Return one story. Omitted: empty values, `last` equal to `first`, `languages` equal to `language` alone."""
        story_id = spread["story_id"]
        arrivals = self._arrivals.get(story_id, [])
        lists = self._sites_and_languages.get(story_id, {"sites": [], "languages": []})
        first, last = _format_minute(spread["first_seen"]), _format_minute(spread["last_seen"])
        story = {
            "id": story_id,
            "title": shorten(spread["title"] or spread["page_title"]),
            "url": _format_url(spread["url"]),
            "language": _known_language(spread["language"]),
            "site": shorten(spread["first_site"], SITE_CHARS),
            "first": first,
            "last": last if last != first else "",
            "day_only": 1 if is_day_only(spread["first_seen"]) else None,
            "pages": spread["pages"],
            "outlets": spread["outlets"],
            "languages": _other_languages(lists["languages"], spread["language"]),
            "topics": self._build_topics(story_id),
            "minutes_to_half": arrivals[0]["minutes_to_half"] if arrivals else None,
            "arrivals": [value for arrival in arrivals for value in (arrival["minutes"], arrival["outlets"])],
            "sentences": [self._build_sentence(row, spread["url"]) for row in self._sentences.get(story_id, [])],
            "members": [_build_member(row, spread) for row in self._members.get(story_id, [])],
            "entities": sorted(
                self._entity_index[key]
                for row in self._entities.get(story_id, [])
                if (key := (row["entity"], row["kind"] or "other", row["topic"])) in self._entity_index
            ),
            "sites": sorted(self._site_index[site] for site in lists["sites"] if site in self._site_index),
        }
        return {key: value for key, value in story.items() if value not in (None, "", [], {})}

    def _build_topics(self, story_id: str) -> dict[str, list[Any]]:
        """Return by topic: [`main`, `part` or `teaser`, bucket, pages, bucket, pages, ...]."""
        topics: dict[str, list[Any]] = {}
        for row in self._topic_days.get(story_id, []):
            strength = "teaser" if row["teaser_only"] else "main" if row["main"] else "part"
            topics.setdefault(str(self._topic_index[row["topic"]]), [strength]).extend((row["bucket"], row["pages"]))
        return topics

    def _build_sentence(self, row: Row, canonical_url: str | None) -> list[Any]:
        """Return [topic, place, before, phrase, after, site, language, URL unless it is the canonical page's]."""
        parts = split_at_phrase(row["sentence"], row["phrase"])
        site, language = shorten(row["site"], SITE_CHARS), _known_language(row["language"])
        sentence = [self._topic_index[row["topic"]], row["place"], *parts, site, language]
        return sentence if row["url"] == canonical_url else [*sentence, _format_url(row["url"])]


def _build_member(row: Row, spread: Row) -> list[Any]:
    """Return [relation, similarity in percent, site, day, URL, title, language].

    The URL is 0 if it is the story's; title and language are omitted if they are the story's.
    """
    percent = None if row["similarity"] is None else round(100 * row["similarity"])
    url = 0 if row["url"] == spread["url"] else _format_url(row["url"])
    member = [row["relation"], percent, shorten(row["site"], SITE_CHARS), row["day"].isoformat(), url]
    title = shorten(row["title"])
    is_same = title == shorten(spread["title"]) and row["language"] == spread["language"]
    return member if is_same else [*member, title, _known_language(row["language"])]


def _other_languages(codes: list[str | None], canonical: str | None) -> list[str]:
    return [] if codes == [canonical] else [code for code in codes if code]


def _format_minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _format_url(url: str | None) -> str:
    """Return a linkable URL unchanged; any other is shown as text, so it is shortened like text."""
    return url if url is not None and is_linkable(url) else shorten(url)


def _known_language(code: str | None) -> str:
    return "" if code in (None, "und") else str(code)


def _group_by_story(rows: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["story_id"]].append(row)
    return groups
