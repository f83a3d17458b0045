"""What is what: one row for each record of the sample."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from builder.junk import REASONS
from builder.pages import Press
from builder.plan import Item
from builder.stories import body_of, jaccard

KINDS = {"dump": "text_dump", "html": "article", "markdown": "article"}
LAST_MICROSECOND = dt.time(23, 59, 59, 999_999)


@dataclass(frozen=True)
class Relation:
    """How a page came to its story's text, and how near its text is to the original's."""

    name: str
    jaccard: float | None


def truth_rows(placed: list[tuple[str, Item]], press: Press) -> list[dict[str, Any]]:
    """One row for each (source path, item), in order."""
    relations = relations_of([item for _, item in placed])
    return [truth_row(path, item, relations.get(id(item)), press) for path, item in placed]


def truth_row(path: str, item: Item, relation: Relation | None, press: Press) -> dict[str, Any]:
    row: dict[str, Any] = {
        "source_path": path,
        "url": item.url,
        "ingest_date": item.ingest_date.isoformat(),
        "fetched_at": None if item.junk == "bad_date" else f"{item.fetched_at.isoformat()}Z",
        "outcome": "quarantined" if item.junk else "page",
        "reason": REASONS[item.junk] if item.junk else None,
        "kind": None,
        "title": None,
        "author": None,
        "language": None,
        "published": None,
        "hint_published": item.hint.get("published"),
        "story": None,
        "relation": None,
        "jaccard": None,
        "topics": {},
        "teasers": 0,
        "teaser_titles": [],
        "body": None,
        "note": item.note,
    }
    if item.junk:
        return row
    teasers = [] if is_feed(item) or item.format == "markdown" else press.teasers(item)
    row |= {
        "language": item.site.language,
        "teasers": len(teasers),
        "teaser_titles": [teaser.title for teaser in teasers],
    }
    if item.story is None:
        return row | {
            "kind": "front",
            "title": item.front,
            "story": f"front/{item.site.id}-{item.name}",
            "relation": "original",
        }
    assert relation is not None
    in_teasers = {topic: "teaser" for teaser in teasers for topic in teaser.topics}
    return row | {
        "kind": "feed_item" if is_feed(item) else KINDS[item.format],
        "title": item.story.title,
        "author": None if item.format == "dump" else item.story.author,
        "published": None if item.format == "dump" else item.moment.date().isoformat(),
        "story": item.story.id,
        "relation": relation.name,
        "jaccard": relation.jaccard,
        "topics": in_teasers | item.story.topics,
        "body": body_of(item.story.blocks(item.edit)),
    }


def relations_of(items: list[Item]) -> dict[int, Relation]:
    """The relation of each page of a story, by the item's identity."""
    relations: dict[int, Relation] = {}
    by_story: dict[str, list[Item]] = {}
    for item in items:
        if item.story:
            by_story.setdefault(item.story.id, []).append(item)
    for members in by_story.values():
        members.sort(key=lambda item: (first_seen(item), item.fetched_at))
        for at, member in enumerate(members):
            relations[id(member)] = relation_of(member, members[:at])
    return relations


def relation_of(item: Item, earlier: list[Item]) -> Relation:
    """`earlier` are the story's members that were out before, the original first."""
    if not earlier:
        if item.edit:
            raise ValueError(f"{item.url}: an edit of {item.story} would be out before the text it edits")
        return Relation("original", None)
    body, original = text_of(item), text_of(earlier[0])
    alike = None if body == original else round(jaccard(body, original), 4)
    before = [other for other in earlier if other.canonical == item.canonical]
    if before:
        return Relation("refetch" if text_of(before[-1]) == body else "revision", alike)
    return Relation("copy" if alike is None else "edited_copy", alike)


def text_of(item: Item) -> str:
    assert item.story is not None
    return body_of(item.story.blocks(item.edit))


def first_seen(item: Item) -> dt.datetime:
    """When the page was published, as its reader sees it: a day without a time counts as its last microsecond."""
    if item.format == "dump":
        hint = item.hint.get("published")
        return dt.datetime.combine(dt.date.fromisoformat(hint), LAST_MICROSECOND) if hint else item.fetched_at
    if item.moment.tzinfo is None or item.site.dated == "day":
        return dt.datetime.combine(item.moment.date(), LAST_MICROSECOND)
    if item.site.dated == "local" and not is_feed(item):
        return item.moment.replace(tzinfo=None)
    return item.moment.astimezone(dt.UTC).replace(tzinfo=None)


def is_feed(item: Item) -> bool:
    return bool(item.container and item.container.endswith(".xml"))
