"""The report's facts with their packed numbers laid out again, as its scripts lay them out (templates/js/facts.js)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

PLACE = re.compile(r"([A-Z]*[a-z])(\d*)")


def unpacked(text: str) -> dict[int, int]:
    """The numbers but 0 by their place."""
    values: dict[int, int] = {}
    following = 0
    for letters, digits in PLACE.findall(text):
        zeros = 0
        for letter in letters.lower():
            zeros = zeros * 26 + ord(letter) - ord("a")
        values[following + zeros] = int(digits or 1)
        following += zeros + 1
    assert "".join("".join(found) for found in PLACE.findall(text)) == text
    return values


def laid_out(facts: dict[str, Any]) -> dict[str, Any]:
    """Lists by slot and week, `[gap, things, ...]` by slot, full stories, as before they were packed."""
    if facts["slots"] is None:
        return facts
    first, daily, last = (date.fromisoformat(facts["slots"][end]) for end in ("first", "daily", "last"))
    size = (daily - first).days // 7 + (last - daily).days + 1
    for own in facts["series"]:
        own |= {measure: _listed(own[measure], size) for measure in ("pages", "teasers")}
        for measure in ("stories", "outlets"):
            told = own[measure].split(" ")
            assert len(told) == size
            own[measure] = [[value for pair in unpacked(slot).items() for value in pair] for slot in told]
    facts["all_pages"] = _listed(facts["all_pages"], size)
    for key in ("sites", "languages"):
        facts[key]["pages"] = [_listed(text, size) for text in facts[key]["pages"]]
        for rows in facts["places"][key].values():
            rows[:] = [[*row[:2], unpacked(row[2])] for row in rows]
    facts["reconciliation"]["parts"] = [[*part[:4], unpacked(part[4])] for part in facts["reconciliation"]["parts"]]
    facts["entities"] = [_entity(one, facts["entities"]["since"]) for one in facts["entities"]["listed"]]
    facts["stories"] = [_story(story) for story in facts["stories"]]
    return facts


def _listed(text: str, size: int) -> list[int]:
    values = unpacked(text)
    assert all(0 <= place < size for place in values)
    return [values.get(place, 0) for place in range(size)]


def _entity(one: dict[str, Any], since: str) -> dict[str, Any]:
    counted = {measure: unpacked(one[measure]) for measure in ("stories", "pages", "outlets")}
    weeks = sorted(counted["pages"])
    named = [str(date.fromisoformat(since) + timedelta(weeks=week)) for week in weeks]
    return one | {"week": named} | {key: [own.get(week, 0) for week in weeks] for key, own in counted.items()}


def _story(story: dict[str, Any]) -> dict[str, Any]:
    members = [[*one[:4], story.get("url", "") if one[4] == 0 else one[4], *one[5:]] for one in story["members"]]
    assumed = {"last": story["first"], "languages": [story.get("lang", "und")], "dayOnly": 0}
    return assumed | story | {"members": members}
