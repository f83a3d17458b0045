"""Pages as their sites serve them: HTML from the templates, text dumps, Markdown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from email.utils import format_datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
import yaml

from builder.plan import Item, Site
from builder.stories import Story

DUMP_WORDS = {
    "en": ("Related article", "Comments (0)", "Home"),
    "zh": ("相关文章", "评论 (0)", "首页"),
}
MOST_READ = 4
COMMENTS = 2


@dataclass(frozen=True)
class Teaser:
    """A link to another story; `topics` are those of the story it leads to."""

    title: str
    snippet: str
    url: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Press:
    """What pages are made with. `items` is the whole plan, since pages link to one another."""

    templates: Path
    fillers: dict[str, Any]
    sites: dict[str, Site]
    stories: dict[str, Story]
    items: list[Item] = field(repr=False)

    @cached_property
    def environment(self) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(self.templates, encoding="utf-8"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
        )
        environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
        environment.filters["rfc822"] = format_datetime
        return environment

    @cached_property
    def first_urls(self) -> dict[tuple[str, str | None], str]:
        """The pages of each story: by story and site, and by story alone."""
        urls: dict[tuple[str, str | None], str] = {}
        for item in self.items:
            if item.story:
                urls.setdefault((item.story.id, item.site.id), item.canonical)
                urls.setdefault((item.story.id, None), item.canonical)
        return urls

    def page(self, item: Item) -> bytes:
        """The bytes of the page, in its charset."""
        if item.format == "html":
            text = self.html(item)
        else:
            text = dump(item, self.teasers(item)) if item.format == "dump" else markdown(item)
        return text.encode(item.charset)

    def html(self, item: Item) -> str:
        teasers = self.teasers(item)
        context: dict[str, Any] = {
            "canonical": item.canonical,
            "charset": item.charset,
            "section": item.section,
            "section_name": {"sports": "体育", "tech": "科技", "life": "生活"}.get(item.section, "新闻"),
            "number": blake2b(item.canonical.encode(), digest_size=4).hexdigest(),
            "noise": noise(item),
            "teasers": teasers,
            "most_read": self.most_read(item),
            "comments": self.comments(item),
        }
        if item.story is None:
            return self.environment.get_template(f"{item.site.id}.front.html").render(context, title=item.front)
        blocks = item.story.blocks(item.edit)
        return self.environment.get_template(f"{item.site.id}.html").render(
            context,
            title=item.story.title,
            author=item.story.author,
            published=item.moment,
            blocks=blocks,
            summary=item.story.snippet,
            minutes=1 + len(blocks) // 4,
        )

    def feed(self, template: str, items: list[Item]) -> bytes:
        """The feed with an entry for each item."""
        entries = [
            {
                "title": item.story.title,
                "url": item.canonical,
                "author": item.story.author,
                "published": item.moment,
                "summary": item.story.snippet,
                "blocks": item.story.blocks(item.edit),
            }
            for item in items
            if item.story
        ]
        built = items[0].fetched_at.replace(tzinfo=dt.UTC)
        return self.environment.get_template(template).render(entries=entries, built=built).encode()

    def teasers(self, item: Item) -> list[Teaser]:
        """What the page shows as related."""
        if item.shown:
            return [self.teaser(name, item) for name in item.shown]
        if item.teasers is not None:
            return [self.teaser(name, item) for name in item.teasers]
        return picked(self.neutral(item), f"related {item.canonical}", 2)

    def teaser(self, name: str, item: Item) -> Teaser:
        """A teaser for `story` or `story@site`, linking to the item's own site where that has the story too."""
        story_id, _, site = name.partition("@")
        story = self.stories[story_id]
        if story.day > item.ingest_date:
            raise ValueError(f"{item.url} shows {story_id} before it is out")
        urls = self.first_urls
        url = urls[(story_id, site)] if site else urls.get((story_id, item.site.id)) or urls[(story_id, None)]
        return Teaser(story.title, story.snippet, url, tuple(story.topics))

    def most_read(self, item: Item) -> list[Teaser]:
        return picked(self.neutral(item), f"read {item.site.id} {item.ingest_date}", MOST_READ)

    def comments(self, item: Item) -> list[dict[str, str]]:
        comments = self.fillers[item.site.language]["comments"]
        ago = {"ago": f"{1 + noise(item)['likes'] % 9} hours ago"}
        return [{**comment, **ago} for comment in picked(comments, f"comments {item.url}", COMMENTS)]

    def neutral(self, item: Item) -> list[Teaser]:
        """Stories without a topic, out before the ingest day, in the site's language; and what is always there."""
        language = item.site.language
        evergreen = [
            Teaser(**filler, url=f"https://{item.site.host}/evergreen/{at}")
            for at, filler in enumerate(self.fillers[language]["evergreen"])
        ]
        return evergreen + [
            self.teaser(story.id, item)
            for story in self.stories.values()
            if story.language == language
            and not story.topics
            and story.day < item.ingest_date
            and story is not item.story
        ]


def load_fillers(path: Path) -> dict[str, Any]:
    fillers: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return fillers


def picked(choices: list[Any], key: str, count: int) -> list[Any]:
    """`count` of the choices, the same ones for the same key."""
    order = sorted(range(len(choices)), key=lambda at: blake2b(f"{key} {at}".encode(), digest_size=8).digest())
    return [choices[at] for at in order[:count]]


def noise(item: Item) -> dict[str, Any]:
    """What changes between two fetches of the same page."""
    digest = blake2b(f"{item.url} {item.fetched_at}".encode(), digest_size=8).digest()
    return {
        "temperature": 8 + digest[0] % 9,
        "weather": ("rain", "drizzle", "fog", "bright spells")[digest[1] % 4],
        "weekday_zh": "一二三四五六日"[item.ingest_date.weekday()],
        "clock": f"{digest[2] % 12 + 6}:{digest[3] % 60:02}",
        "shares": digest[4],
        "likes": 1 + digest[5] % 60,
        "comments": digest[6] % 70 + 2,
        "visits": 1000 + digest[7] * 37,
        "members": 4100 + digest[1],
        "build": 1000 + item.ingest_date.toordinal() % 1000,
    }


def dump(item: Item, teasers: list[Teaser]) -> str:
    """The page as a scraper of plain text leaves it: the body twice, the teasers twice, a word of navigation."""
    assert item.story is not None
    related, comments, home = DUMP_WORDS[item.story.language]
    body = [text for _, text in item.story.blocks(item.edit)]
    links = [line for teaser in teasers for line in (teaser.title, teaser.snippet)]
    lines = [item.story.title, "", *body, related, *links, comments, "0/500", "", *body, *links, *[""] * 5, home]
    return "\n".join([*lines, *[""] * 6])


def markdown(item: Item) -> str:
    """The page as a site's own source: front matter, then the text."""
    assert item.story is not None
    body = [f"## {text}" if kind == "heading" else text for kind, text in item.story.blocks(item.edit)]
    front_matter = yaml.safe_dump(
        {"title": item.story.title, "author": item.story.author, "date": item.published, "draft": False},
        allow_unicode=True,
        sort_keys=False,
    )
    return f"---\n{front_matter}---\n\n" + "\n\n".join(body) + "\n"
