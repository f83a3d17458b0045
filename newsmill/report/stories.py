"""The stories of the report, packed: the most wanted first, as many as the file has room for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from newsmill.report import story_details
from newsmill.report.compression import SizeCounter
from newsmill.report.formatting import around, cut, is_day_only, linkable
from newsmill.report.queries import lent
from newsmill.types import Connection, Row

Packed = dict[str, Any]


def packed_stories(
    con: Connection,
    wanted: list[str],
    *,
    topics: list[str],
    entities: list[tuple[str, str, str]],
    sites: list[str | None],
    room: int,
) -> list[Packed]:
    """The stories as the page's scripts read them (see `_packed`), in the order wanted, below `room` bytes of JSON.

    `entities` are (name, kind, topic) and, like `topics` and `sites`, are told by their place.
    """
    with lent(con, "asked", pl.DataFrame({"story_id": wanted, "place": range(len(wanted))})):
        facts = _Facts(con, topics, entities, sites)
        spreads = story_details.spreads(con)
    taken: list[Packed] = []
    size = SizeCounter()
    for spread in spreads:
        one = facts.packed(spread)
        if size.add(one) > room:
            break
        taken.append(one)
    return taken


class _Facts:
    """All that is told of the stories wanted, by story."""

    def __init__(
        self,
        con: Connection,
        topics: list[str],
        entities: list[tuple[str, str, str]],
        sites: list[str | None],
    ) -> None:
        self.topics = {topic: place for place, topic in enumerate(topics)}
        self.entities = {entity: place for place, entity in enumerate(entities)}
        self.sites = {site: place for place, site in enumerate(sites)}
        self.days = _grouped(story_details.topic_days(con, topics))
        self.arrivals = _grouped(story_details.arrivals(con))
        self.members = _grouped(story_details.members(con))
        self.sentences = _grouped(story_details.sentences(con, topics))
        self.named = _grouped(story_details.named(con))
        self.carried = {one["story_id"]: one for one in story_details.carried(con)}

    def packed(self, spread: Row) -> Packed:
        """One story; what is empty is left out, and a `last` that is `first`, and `languages` that are `lang` alone."""
        own = spread["story_id"]
        arrivals = self.arrivals.get(own, [])
        carried = self.carried.get(own, {"sites": [], "languages": []})
        story = {
            "id": own,
            "title": cut(spread["title"] or spread["page_title"]),
            "url": _link(spread["url"]),
            "lang": _language(spread["language"]),
            "site": cut(spread["first_site"], 60),
            "first": _minute(spread["first_seen"]),
            "last": last if (last := _minute(spread["last_seen"])) != _minute(spread["first_seen"]) else "",
            "dayOnly": 1 if is_day_only(spread["first_seen"]) else None,
            "pages": spread["pages"],
            "outlets": spread["outlets"],
            "languages": _languages(carried["languages"], spread["language"]),
            "topics": self._topics(own),
            "half": arrivals[0]["half"] if arrivals else None,
            "arrivals": [value for one in arrivals for value in (one["minutes"], one["outlets"])],
            "said": [self._said(one, spread["url"]) for one in self.sentences.get(own, [])],
            "members": [_member(one, spread) for one in self.members.get(own, [])],
            "entities": sorted(
                self.entities[key]
                for one in self.named.get(own, [])
                if (key := (one["entity"], one["kind"] or "other", one["topic"])) in self.entities
            ),
            "sites": sorted(self.sites[site] for site in carried["sites"] if site in self.sites),
        }
        return {key: value for key, value in story.items() if value not in (None, "", [], {})}

    def _topics(self, own: str) -> dict[str, list[Any]]:
        """By topic: `main`, `part` or `teaser`, then slot and pages in turn."""
        found: dict[str, list[Any]] = {}
        for one in self.days.get(own, []):
            strength = "teaser" if one["teaser_only"] else "main" if one["main"] else "part"
            of_topic = found.setdefault(str(self.topics[one["topic"]]), [strength])
            of_topic += [one["slot"], one["pages"]]
        return found

    def _said(self, one: Row, canonical: str | None) -> list[Any]:
        """[topic, place, before, phrase, after, site, language, url unless it is that of the canonical page]."""
        parts = around(one["sentence"], one["phrase"])
        said = [self.topics[one["topic"]], one["place"], *parts, cut(one["site"], 60), _language(one["language"])]
        return said if one["url"] == canonical else [*said, _link(one["url"])]


def _member(one: Row, spread: Row) -> list[Any]:
    """[relation, per cent alike, site, day, url (0: the story's), title and language unless they are the story's]."""
    alike = None if one["similarity"] is None else round(100 * one["similarity"])
    url = 0 if one["url"] == spread["url"] else _link(one["url"])
    member = [one["relation"], alike, cut(one["site"], 60), one["day"].isoformat(), url]
    title = cut(one["title"])
    same = title == cut(spread["title"]) and one["language"] == spread["language"]
    return member if same else [*member, title, _language(one["language"])]


def _languages(codes: list[str | None], own: str | None) -> list[str]:
    return [] if codes == [own] else [code for code in codes if code]


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _link(url: str | None) -> str:
    """The address where it can be a link; another is shown as text, so it is cut like one."""
    return url if url is not None and linkable(url) else cut(url)


def _language(code: str | None) -> str:
    return "" if code in (None, "und") else str(code)


def _grouped(found: Iterable[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for one in found:
        groups[one["story_id"]].append(one)
    return groups
