"""`newsmill explain`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from newsmill.analyst.page_history import explain, find_records
from newsmill.errors import UserError
from newsmill.settings import Settings
from newsmill.trends.explain import explain_trend
from newsmill.warehouse.connection import open_reader
from newsmill.warehouse.publish import DATABASE
from pipelines.cli.show import out, print_json, text

Life = dict[str, Any]


def explain_command(settings: Settings, key: str, *, as_json: bool) -> None:
    """Tell the life of every record that `key` means.

    Raises:
        UserError: when nothing is published, or no record matches.
    """
    with open_reader(settings.published / DATABASE) as con:
        lives = [explain(con, record_id) for record_id in find_records(con, key)]
    if as_json:
        print_json(lives)
        return
    for life in lives:
        _tell(life)


TREND = "trend"
PARTS = {
    "sources_joined": "sources that joined",
    "sources_silent": "sources that fell silent",
    "copies": "copies of stories",
    "extractor": "another extractor",
    "taxonomy": "another taxonomy",
    "genuine": "genuine",
}


def explain_trend_command(settings: Settings, topic: str, day: str, *, as_json: bool) -> None:
    """Tell the stories behind a topic's day, each with its sentence and URL, and the change of its week in parts.

    Raises:
        UserError: when the day is no date, nothing is published, or the topic has no such day.
    """
    try:
        asked = dt.date.fromisoformat(day)
    except ValueError as error:
        raise UserError(day, "it is no day", "write it as YYYY-MM-DD") from error
    with open_reader(settings.published / DATABASE) as con:
        told = explain_trend(con, topic, asked)
    if as_json:
        print_json(told)
        return
    counts = told["counts"]
    out.print(
        f"[bold]{text(topic)} on {asked}[/bold]: {counts['pages']} pages, {counts['stories']} stories, "
        f"{counts['outlets']} outlets, {counts['teaser_pages']} pages by a teaser alone"
    )
    if told["expected"] and told["expected"]["expected"] is not None:
        out.print(
            f"  expected {told['expected']['expected']:.1f} stories; so many or more come by chance "
            f"with probability {told['expected']['p_value']:.2g}"
        )
    if told["burst"]:
        burst = told["burst"]
        out.print(f"  in a burst from {burst['start_day']} to {burst['end_day']}, score {burst['score']:.1f}")
    for story in told["stories"]:
        by_teaser = ", by a teaser alone" if story["teaser_only"] else ""
        out.print(
            f"[bold]{text(story['title'] or story['story_id'])}[/bold] "
            f"({story['pages']} pages, {story['outlets']} outlets{by_teaser})",
            soft_wrap=True,
        )
        out.print(f"   {story['place']} “{text(story['phrase'])}”: {text(story['sentence'])}", soft_wrap=True)
        out.print(f"   {text(story['url'])}", soft_wrap=True)
    if told["change"]:
        change = told["change"]
        out.print(
            f"[bold]week of {change['week']}[/bold]: {change['pages']} pages after {change['pages_before']}, "
            f"{change['change']:+d}"
        )
        for part, name in PARTS.items():
            out.print(f"  {name:<26}{change[part]:+6d}")


def _tell(life: Life) -> None:
    record = life["record"]
    out.print(f"[bold]record {record['record_id']}[/bold]")
    _line("url", record["url"])
    _line("fetched", f"{record['fetched_at']} UTC, ingest date {record['ingest_date']}")
    _line(
        "archived",
        f"{record['source_path']} ({record['source']}), {record['byte_size']:,} bytes, "
        f"in raw/ingest_date={record['ingest_date']}/",
    )
    for verdict in life["verdicts"]:
        because = ": ".join(part for part in (verdict["reason"], verdict["detail"]) if part)
        _line(verdict["stage"], verdict["verdict"] + (f", {because}" if because else ""))
    if life["page"]:
        _tell_page(life)
    if life["story"]:
        _tell_story(life["story"])
    _tell_topics(life)
    out.print()


def _tell_page(life: Life) -> None:
    page = life["page"]
    out.print("[bold]page[/bold]")
    _line("title", page["title"])
    _line("kind", f"{page['kind']}, read by {page['extracted_by']}, {page['word_count']:,} words")
    if page["published_at"]:
        _line("published", f"{page['published_at']} (from {page['published_from']})")
    else:
        _line("published", "the page names no date; its fetch time stands in")
    _line("language", f"{page['language']}, confidence {page['language_confidence']:.2f}")
    if page["author"]:
        _line("author", page["author"])
    if life["repeats"]["passages"]:
        _line(
            "repeats",
            f"{life['repeats']['passages']} passages seen again, {life['repeats']['characters']:,} characters removed",
        )
    for teaser in life["teasers"]:
        _line(f"teaser {teaser['position'] + 1}", teaser["title"])


def _tell_story(story: Life) -> None:
    out.print(f"[bold]story {text(story['story_id'])}[/bold], {len(story['members'])} member(s)")
    for merged in story["merged"]:
        out.print(f"   {text(merged['story_id'])} was merged into it, ingest date {merged['ingest_date']}")
    for member in story["members"]:
        mark = "*" if member["record_id"] == story["record_id"] else " "
        stands = " (canonical)" if member["is_canonical"] else ""
        out.print(f" {mark} {member['relation']}{stands}{_how(member)}  {text(member['url'])}", soft_wrap=True)
        for line in member["differences"]:
            out.print(f"      {text(line)}", soft_wrap=True)


def _how(member: Life) -> str:
    """What a member was matched to, how similar the two are, and how they were found."""
    if member["similarity"] is None:
        return ""
    contained = "" if member["containment"] is None else f", {member['containment']:.2f} of the shorter contained"
    matched = f"{member['matched_record_id']} {text(member['matched_url'])}"
    return f", {member['similarity']:.2f} like {matched}{contained}, by {member['method']}"


def _tell_topics(life: Life) -> None:
    if life["page"] and not life["topics"]:
        out.print("[bold]topics[/bold] none")
    for topic in life["topics"]:
        where = "only in a teaser" if topic["teaser_only"] else topic["strength"]
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
