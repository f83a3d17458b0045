"""Feeds: RSS 2, RSS 1 (RDF) and Atom. Each entry becomes a record: a feed document with that entry alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml import etree

from newsmill.sources.fetch_metadata import FetchMetadata
from newsmill.sources.limits import UnreadableError, open_decompressed, read_all
from newsmill.sources.record import Record, member_url
from newsmill.sources.source_file import SourceFile
from newsmill.urls import resolve_link

Element = Any  # lxml comes without types

# Elements of the feed that are kept around each entry, as the entry is read without the rest of the feed.
HEAD = ("title", "link", "author", "language")

# Fetch nothing and expand no entity.
PARSING: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "strip_cdata": False,
}

# The head is repeated in every entry's document: maximum size of all copies, in multiples of the largest body allowed.
MAX_GROWTH = 16
# Feeds of whole archives have some thousands. Entries are the shortest records there are: 7 bytes each.
MAX_ENTRIES = 20_000

DATES = ("published", "pubDate", "issued", "date", "created", "updated", "modified")


@dataclass(frozen=True)
class Feed:
    """The structure of a feed: root, the element with its head, entries, content type, link to its site."""

    root: Element
    channel: Element
    entries: list[Element]
    content_type: str
    link: str | None


def read_feed(source_file: SourceFile) -> Iterator[Record]:
    """Yield one record per entry, fetched at the time of the feed; the entry's own date is a hint.

    Raises:
        UnreadableError: after the entries before the point where the XML breaks, or after MAX_ENTRIES.
    """
    with open_decompressed(source_file.path) as stream:
        data = read_all(stream, source_file.max_record_bytes)
    if data is None:
        yield source_file.too_large(None)
        return
    root, fault = parse(data, source_file.metadata.url)
    feed = read_feed_structure(root, source_file.metadata.url)
    head = head_document(feed)
    growth = len(etree.tostring(head)) * len(feed.entries)
    if growth > MAX_GROWTH * source_file.max_record_bytes:
        raise UnreadableError(
            "too_large", f"its title and link are too long to repeat for {len(feed.entries):,} entries"
        )
    for number, entry in enumerate(feed.entries[:MAX_ENTRIES], start=1):
        yield entry_record(source_file, feed, head, entry, number)
    if len(feed.entries) > MAX_ENTRIES:
        detail = f"the feed has {len(feed.entries):,} entries; those after the first {MAX_ENTRIES:,} are not read"
        raise UnreadableError("too_many_entries", detail)
    if fault:
        raise UnreadableError("bad_xml", fault)


def parse(data: bytes, url: str | None) -> tuple[Element, str | None]:
    """Parse a document without fetching or expanding anything; return its root, and the fault where it broke.

    A document that breaks after an entry is read up to that entry.
    """
    # A blank line before the declaration is the most common fault of feeds, and harmless.
    data = data.lstrip(b" \t\r\n")
    fault = None
    try:
        root = etree.fromstring(data, etree.XMLParser(**PARSING), base_url=url)
    except (etree.XMLSyntaxError, ValueError) as error:
        fault = str(error)
        root = parse_until_break(data, url)
        if root is None:
            raise UnreadableError("bad_xml", fault) from error
    reject_entities(root)
    return root, fault


def parse_until_break(data: bytes, url: str | None) -> Element | None:
    """Return the root of a broken feed with its complete entries; None where there are none."""
    parser = etree.XMLPullParser(("start", "end"), base_url=url, **PARSING)
    with suppress(etree.XMLSyntaxError, ValueError):
        parser.feed(data)
    root: Element | None = None
    whole = 0
    unfinished: dict[Element, None] = {}
    with suppress(etree.XMLSyntaxError):
        for event, element in parser.read_events():
            root = element if root is None else root
            if local_name(element) in ("item", "entry") and event == "start":
                unfinished[element] = None
            elif element in unfinished:
                del unfinished[element]
                whole += 1
    if not whole or local_name(root) not in ("rss", "RDF", "feed"):
        return None
    for element in unfinished:
        element.getparent().remove(element)
    return root


def reject_entities(root: Element) -> None:
    """Reject a document that needs its own or external entities: none are expanded.

    Raises:
        UnreadableError: for such a document.
    """
    document_type = root.getroottree().docinfo.internalDTD
    if document_type is None:
        return
    if any(entity.content is not None for entity in document_type.iterentities()):
        raise UnreadableError("bad_xml", "it declares its own entities, which are never expanded")
    reference = next(root.iter(etree.Entity), None)
    if reference is not None:
        raise UnreadableError(
            "bad_xml", f"it refers to {reference.text}, which only a document type elsewhere explains"
        )


def read_feed_structure(root: Element, url: str | None) -> Feed:
    kind = local_name(root)
    if kind == "feed":
        return Feed(root, root, children(root, "entry"), "application/atom+xml", find_link(root, url))
    channel = next(iter(children(root, "channel")), None)
    if kind not in ("rss", "RDF") or channel is None:
        raise UnreadableError("not_a_feed", f"its root element is <{kind}>: neither RSS nor Atom")
    entries = children(channel, "item") + children(root, "item")
    return Feed(root, channel, entries, "application/rss+xml", find_link(channel, url))


def head_document(feed: Feed) -> Element:
    """Return the feed's document without entries: root, namespaces, attributes, title and link."""
    root = shell(feed.root)
    holder = root
    if feed.channel is not feed.root:
        holder = shell(feed.channel)
        root.append(holder)
    for child in feed.channel:
        if local_name(child) in HEAD:
            holder.append(copy(child))
    return root


def entry_record(source_file: SourceFile, feed: Feed, head: Element, entry: Element, number: int) -> Record:
    document = deepcopy(head)
    in_channel = entry.getparent() is feed.channel and feed.channel is not feed.root
    (document[0] if in_channel else document).append(copy(entry))
    metadata = FetchMetadata(
        url=entry_url(source_file, feed, entry, number),
        content_type=feed.content_type,
        hint_published=entry_date(entry),
    )
    body = etree.tostring(document, encoding="utf-8", xml_declaration=True)
    return source_file.record(body, metadata, member=str(number))


def entry_url(source_file: SourceFile, feed: Feed, entry: Element, number: int) -> str:
    """Return the entry's link; else its permanent id where that is a link; else the feed's URL with the id."""
    base = source_file.metadata.url or feed.link
    if link := find_link(entry, base):
        return link
    for guid in children(entry, "guid"):
        if guid.get("isPermaLink", "true") != "false" and (link := resolve_link(None, text(guid))):
            return link
    ids = map(text, children(entry, "guid") + children(entry, "id"))
    return member_url(source_file.url, next(filter(None, ids), str(number)))


def find_link(element: Element, base: str | None) -> str | None:
    """Return the target of the element's link: text in RSS, the `href` of rel `alternate` in Atom."""
    for link in children(element, "link"):
        if link.get("rel", "alternate") == "alternate":
            href = text(link) or link.get("href", "")
            target = resolve_link(link.base or base, href) or resolve_link(base, href) if href else None
            if target:
                return target
    return None


def entry_date(entry: Element) -> str | None:
    """Return the entry's date as written; the publication date before the modification date."""
    for name in DATES:
        for element in children(entry, name):
            if found := text(element):
                return found
    return None


def shell(element: Element) -> Element:
    """Return the element with its namespaces and attributes, without its content."""
    return etree.Element(element.tag, dict(element.attrib), nsmap=element.nsmap)


def copy(element: Element) -> Element:
    """Return the element with its content, without the text after it."""
    duplicate = deepcopy(element)
    duplicate.tail = None
    return duplicate


def children(element: Element, name: str) -> list[Element]:
    """Return the element's children with that local name, in any namespace."""
    return [child for child in element if local_name(child) == name]


def local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def text(element: Element) -> str:
    return "".join(element.itertext(with_tail=False)).strip()
