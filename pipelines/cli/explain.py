"""`newsmill explain`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from newsmill.analyst.page_history import explain, find_records
from newsmill.errors import UserError
from newsmill.quality.files import find_file
from newsmill.settings import Settings
from newsmill.sources.scanning.forgotten_files import FOLDER
from newsmill.sources.scanning.skipped import REASONS
from newsmill.sources.source_file import source_path
from newsmill.trends.explain import explain_trend
from newsmill.types import Row
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import out, print_json, text

History = dict[str, Any]


def explain_command(settings: Settings, key: str, *, as_json: bool) -> None:
    """Print the history of every record that `key` matches; for a file of the input also what came of it.

    Raises:
        UserError: when nothing is published, or neither a record nor a file matches.
    """
    key = source_path(key)  # as it is stored where a name is not UTF-8
    with open_reader(settings.published / DATABASE) as con:
        file = find_file(con, key)
        key = str(file["source_path"]) if file else key
        try:
            histories = [explain(con, record_id) for record_id in find_records(con, key)]
        except UserError:
            if file is None:
                raise
            histories = []
    if as_json:
        print_json([{"file": file}, *histories] if file else histories)
        return
    if file:
        _print_file(file)
    for history in histories:
        _print_history(history)


TREND = "trend"
PARTS = {
    "sources_joined": "sources that began",
    "sources_silent": "sources that stopped",
    "collection": "days not collected",
    "copies": "copies of stories",
    "extractor": "change of extractor",
    "taxonomy": "change of taxonomy",
    "genuine": "genuine change",
    "teasers": "pages with a teaser only",
}


def explain_trend_command(settings: Settings, topic: str, day: str, *, as_json: bool) -> None:
    """Print the stories of a topic's day with sentences and URLs, and the parts of the change of its week.

    Raises:
        UserError: when the day is not a date, nothing is published, or the topic has no such day.
    """
    try:
        date = dt.date.fromisoformat(day)
    except ValueError as error:
        raise UserError(day, "not a date", "write it as YYYY-MM-DD") from error
    with open_reader(settings.published / DATABASE) as con:
        trend = explain_trend(con, topic, date)
    if as_json:
        print_json(trend)
        return
    counts = trend["counts"]
    out.print(
        f"[bold]{text(topic)} on {date}[/bold]: {counts['pages']} pages, {counts['stories']} stories, "
        f"{counts['outlets']} outlets; not counted: {counts['teaser_pages']} pages with a teaser only"
    )
    if trend["expected"] and trend["expected"]["expected"] is not None:
        out.print(f"  expected {trend['expected']['expected']:.1f} stories, p-value {trend['expected']['p_value']:.2g}")
    if trend["burst"]:
        burst = trend["burst"]
        out.print(f"  in a burst from {burst['start_day']} to {burst['end_day']}, score {burst['score']:.1f}")
    for story in trend["stories"]:
        out.print(
            f"[bold]{text(story['title'] or story['story_id'])}[/bold] "
            + (
                f"(not counted: in a teaser on {story['teaser_pages']} pages)"
                if story["teaser_only"]
                else f"({story['pages']} pages, {story['outlets']} outlets)"
            ),
            soft_wrap=True,
        )
        out.print(f"   {story['place']} “{text(story['phrase'])}”: {text(story['sentence'])}", soft_wrap=True)
        out.print(f"   {text(story['url'])}", soft_wrap=True)
    if trend["change"]:
        change = trend["change"]
        out.print(
            f"[bold]week of {change['week']}[/bold]: {change['pages']} pages after {change['pages_before']}, "
            f"{change['pages'] - change['pages_before']:+d}"
        )
        for part, name in PARTS.items():
            out.print(f"  {name:<26}{change[part]:+6d}")


def _print_file(file: Row) -> None:
    out.print(f"[bold]file {text(file['source_path'])}[/bold]")
    _line("status", ", ".join(part for part in (file["status"], file["reason"], file["detail"]) if part))
    if file["source_path"].startswith(FOLDER):
        _line("meaning", "forgotten: in place of its path there is a hash of it")
    elif meaning := REASONS.get(file["reason"] or ""):
        _line("meaning", meaning)
    if file["byte_size"] is not None:
        _line("size", f"{file['byte_size']:,} bytes")
    _line("records", f"{file['records']:,}")
    _line("seen", f"{file['seen_at']} UTC" + (f", ingest date {file['ingest_date']}" if file["ingest_date"] else ""))
    out.print()


def _print_history(history: History) -> None:
    record = history["record"]
    out.print(f"[bold]record {record['record_id']}[/bold]")
    _line("url", record["url"])
    _line("fetched", f"{record['fetched_at']} UTC, ingest date {record['ingest_date']}")
    _line(
        "archived",
        f"{record['source_path']} ({record['source']}), {record['byte_size']:,} bytes, "
        f"in raw/ingest_date={record['ingest_date']}/",
    )
    for verdict in history["verdicts"]:
        reason = ": ".join(part for part in (verdict["reason"], verdict["detail"]) if part)
        _line(verdict["stage"], verdict["verdict"] + (f", {reason}" if reason else ""))
    if history["page"]:
        _print_page(history)
    if history["story"]:
        _print_story(history["story"])
    _print_topics(history)
    out.print()


def _print_page(history: History) -> None:
    page = history["page"]
    out.print("[bold]page[/bold]")
    _line("title", page["title"])
    _line("kind", f"{page['kind']}, read by {page['extracted_by']}, {page['word_count']:,} words")
    if page["published_at"]:
        _line("published", f"{page['published_at']} (from {page['published_from']})")
    else:
        _line("published", "unknown; the fetch time is used instead")
    _line("language", f"{page['language']}, confidence {page['language_confidence']:.2f}")
    if page["author"]:
        _line("author", page["author"])
    repeats = history["repeats"]
    if repeats["passages"]:
        _line("repeats", f"{repeats['passages']} repeated passages, {repeats['characters']:,} characters removed")
    for teaser in history["teasers"]:
        _line(f"teaser {teaser['position'] + 1}", teaser["title"])


def _print_story(story: History) -> None:
    out.print(f"[bold]story {text(story['story_id'])}[/bold], {len(story['members'])} member(s)")
    for merged in story["merged"]:
        out.print(f"   {text(merged['story_id'])} was merged into it, ingest date {merged['ingest_date']}")
    for member in story["members"]:
        mark = "*" if member["record_id"] == story["record_id"] else " "
        canonical = " (canonical)" if member["is_canonical"] else ""
        out.print(
            f" {mark} {member['relation']}{canonical}{_match_text(member)}  {text(member['url'])}", soft_wrap=True
        )
        for line in member["differences"]:
            out.print(f"      {text(line)}", soft_wrap=True)


def _match_text(member: History) -> str:
    """Return what a member was matched to, their similarity, and the method."""
    if member["similarity"] is None:
        return ""
    contained = "" if member["containment"] is None else f", {member['containment']:.2f} of the shorter text contained"
    matched = f"{member['matched_record_id']} {text(member['matched_url'])}"
    return f", {member['similarity']:.2f} similar to {matched}{contained}, by {member['method']}"


def _print_topics(history: History) -> None:
    if history["page"] and not history["topics"]:
        out.print("[bold]topics[/bold] none")
    for topic in history["topics"]:
        where = "teaser only" if topic["teaser_only"] else topic["strength"]
        out.print(f"[bold]topic {text(topic['topic'])}[/bold] ({where}, score {topic['score']:.2f})")
        for mention in topic["mentions"]:
            place = mention["place"]
            if mention["teaser_position"] is not None:
                place += f" {mention['teaser_position'] + 1}"
            out.print(
                f"   {place} {mention['char_start']}-{mention['char_end']}, "
                f"phrase “{text(mention['phrase'])}”: {text(mention['sentence'])}",
                soft_wrap=True,
            )


def _line(name: str, value: object) -> None:
    out.print(f"  {name:<10} {text(value)}", soft_wrap=True)
