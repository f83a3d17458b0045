"""Hostile text of pages stays text in a browser; titles have their language and direction."""

from __future__ import annotations

import pytest
from chromium import Chromium
from report_database import ARABIC_TITLE, CLOSING_TITLE, JAVASCRIPT_URL, SCRIPT_TITLE

SHOW_ALL = """(() => {
  for (let more; (more = document.querySelector("#more-stories:not([hidden])")); ) more.click();
  for (const details of document.querySelectorAll("details")) details.open = true;
  return new Promise((done) => setTimeout(done, 100));
})()"""


@pytest.fixture(scope="module")
def shown(browser: Chromium, address: str) -> Chromium:
    """The report with every story listed and opened."""
    browser.screen(1280)
    browser.open(address)
    browser.run(SHOW_ALL)
    return browser


def titles(browser: Chromium) -> list[str]:
    return browser.run("[...document.querySelectorAll('#story-list h3')].map((e) => e.textContent)")


@pytest.mark.parametrize("title", [SCRIPT_TITLE, CLOSING_TITLE])
def test_title_with_markup_is_shown_as_text(shown, title):
    assert title in titles(shown)


def test_page_text_creates_no_elements(shown):
    assert shown.run("document.querySelectorAll('img, iframe, object, embed, style ~ style').length") == 0
    assert shown.run("document.scripts.length") == 3
    on = "[...document.querySelectorAll('*')].some((e) => [...e.attributes].some((a) => a.name.startsWith('on')))"
    assert shown.run(on) is False
    assert shown.console == []


def test_javascript_url_is_never_a_link(shown):
    assert JAVASCRIPT_URL in shown.run("document.body.textContent")
    protocols = shown.run("[...new Set([...document.links].map((a) => a.protocol))].sort()")
    assert protocols == ["file:", "https:"]  # the first are links within the page
    assert shown.run("[...document.links].filter((a) => a.protocol === 'file:' && !a.hash).length") == 0


def test_external_links_send_no_opener_or_referrer(shown):
    rels = shown.run("[...new Set([...document.links].filter((a) => a.protocol !== 'file:').map((a) => a.rel))]")
    assert rels == ["noopener noreferrer"]


def test_arabic_title_runs_from_right_to_left(shown):
    found = shown.run(
        "[...document.querySelectorAll('#story-list h3')].filter((e) => e.querySelector('[lang=ar]'))"
        ".map((e) => [e.textContent, getComputedStyle(e).direction])"
    )
    assert found == [[ARABIC_TITLE, "rtl"]]


def test_titles_name_their_language(shown):
    languages = shown.run(
        "[...new Set([...document.querySelectorAll('#story-list h3 span')].map((e) => e.lang))].sort()"
    )
    assert languages == ["ar", "de", "en", "fr", "ja", "zh"]
