"""The data inside a report, decompressed and completed as its scripts complete it (templates/js/data.js)."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import date, timedelta
from typing import Any

from lxml import html as lxml_html

ReportData = dict[str, Any]


def read_data(page: lxml_html.HtmlElement) -> ReportData:
    """Return what the scripts of the report read, with pairs as dicts and full stories."""
    return complete_data(decompress(page.get_element_by_id("report-data").text))


def decompress(text: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(text)))


def complete_data(data: ReportData) -> ReportData:
    if data["buckets"] is None:
        return data
    for key in ("sites", "languages"):
        for rows in data["by_site_language"][key].values():
            rows[:] = [[*row[:2], as_dict(row[2])] for row in rows]
    data["entities"] = [_entity(item, data["entities"]["first_week"]) for item in data["entities"]["rows"]]
    data["stories"] = [_story(story) for story in data["stories"]]
    return data


def as_dict(pairs: list[int]) -> dict[int, int]:
    """Keys and values in turn as a dict."""
    return dict(zip(pairs[::2], pairs[1::2], strict=True))


def _entity(item: ReportData, since: str) -> ReportData:
    """Counts of the weeks in which the entity has pages, and these weeks."""
    weeks = [week for week, pages in enumerate(item["pages"]) if pages]
    mondays = [str(date.fromisoformat(since) + timedelta(weeks=week)) for week in weeks]
    counts = {measure: [item[measure][week] for week in weeks] for measure in ("stories", "pages", "outlets")}
    return item | {"week": mondays} | counts


def _story(story: ReportData) -> ReportData:
    """The story with the values that the report leaves out."""
    members = [[*item[:4], story.get("url", "") if item[4] == 0 else item[4], *item[5:]] for item in story["members"]]
    defaults = {"last": story["first"], "languages": [story.get("language", "und")], "day_only": 0}
    return defaults | story | {"members": members}
