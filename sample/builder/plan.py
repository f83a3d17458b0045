"""What the crawler brought and when: the plan, read into one item a record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

from builder.stories import Story

EVENING = dt.time(18, 0)
BETWEEN_FETCHES = dt.timedelta(minutes=3)


@dataclass(frozen=True)
class Site:
    """One outlet. `dated` says how exactly its pages state their date: `exact`, `local` or `day`."""

    id: str
    name: str
    language: str
    host: str
    path: str
    section: str
    dated: str
    charset: str = "utf-8"

    def url(self, name: str, section: str, day: dt.date) -> str:
        fields = {"slug": name, "number": number(self.id, name), "section": section}
        return f"https://{self.host}" + self.path.format(**fields, year=f"{day:%Y}", month=f"{day:%m}", day=f"{day:%d}")


@dataclass(frozen=True)
class Item:
    """One record to be. Exactly one of `story`, `front` and `junk` is set."""

    ingest_date: dt.date
    fetched_at: dt.datetime
    site: Site
    name: str
    url: str
    section: str
    story: Story | None = None
    edit: str | None = None
    published: str | None = None
    front: str | None = None
    shown: tuple[str, ...] = ()
    junk: str | None = None
    format: str = "html"
    container: str | None = None
    charset: str = "utf-8"
    gzip: bool = False
    teasers: tuple[str, ...] | None = None
    hint: dict[str, str] = field(default_factory=dict)
    note: str | None = None

    @property
    def canonical(self) -> str:
        return self.url.partition("?utm_")[0]

    @property
    def file_name(self) -> str:
        ending = {"html": "html", "dump": "txt", "markdown": "md"}[self.format]
        return f"{self.site.id}-{self.name}.{ending}" + (".gz" if self.gzip else "")

    @property
    def moment(self) -> dt.datetime:
        """When this site published it; midnight where it states only the day."""
        assert self.published is not None
        return dt.datetime.fromisoformat(self.published)


def number(*parts: str) -> str:
    """Six digits that name a page, always the same for the same parts."""
    digest = blake2b("\n".join(parts).encode(), digest_size=8).digest()
    return str(100_000 + int.from_bytes(digest, "big") % 900_000)


def load_sites(path: Path) -> dict[str, Site]:
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Site(id=name, **fields) for name, fields in given.items()}


def load_plan(path: Path, sites: dict[str, Site], stories: dict[str, Story]) -> list[Item]:
    """Every line of the plan, in order."""
    days: dict[dt.date, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        item_of(day, dt.datetime.combine(day, EVENING) + turn * BETWEEN_FETCHES, dict(line), sites, stories)
        for day, lines in days.items()
        for turn, line in zip(turns(lines), lines, strict=True)
    ]


def turns(lines: list[dict[str, Any]]) -> list[int]:
    """When in the evening each line is fetched. A feed is fetched once, with all its entries."""
    feeds: dict[str, int] = {}
    return [
        feeds.setdefault(line["in"], at) if line.get("in", "").endswith(".xml") else at for at, line in enumerate(lines)
    ]


def item_of(
    day: dt.date, evening: dt.datetime, line: dict[str, Any], sites: dict[str, Site], stories: dict[str, Story]
) -> Item:
    story = stories[line.pop("story")] if "story" in line else None
    front = line.pop("front", None)
    site = sites[line.pop("site", front)]
    section = line.pop("section", site.section)
    name = line.pop("name", None) or (story.id.partition("/")[2] if story else "")
    published = line.pop("published", story.published if story else None)
    page_day = dt.date.fromisoformat(published[:10]) if published else day
    url = f"https://{site.host}/{name}" if front else site.url(name, section, page_day)
    fetched = line.pop("fetched", None)
    item = Item(
        ingest_date=day,
        fetched_at=dt.datetime.fromisoformat(fetched) if fetched else evening,
        site=site,
        name=name,
        url=url + line.pop("query", ""),
        section=name if front else section,
        story=story,
        published=published,
        front=line.pop("title", None),
        shown=tuple(line.pop("stories", ())),
        charset=line.pop("charset", site.charset),
        container=line.pop("in", None),
        teasers=tuple(line.pop("teasers")) if "teasers" in line else None,
        **line,
    )
    check(item)
    return item


def check(item: Item) -> None:
    """A page can't be fetched before it is put up, and a site that states times needs one."""
    if item.published is None:
        return
    moment = item.moment
    put_up = moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment
    if put_up >= item.fetched_at:
        raise ValueError(f"{item.url} is fetched at {item.fetched_at}, before it is published")
    if item.site.dated == "exact" and not moment.tzinfo:
        raise ValueError(f"{item.url}: {item.site.id} states times with their zone, the plan says {item.published}")
