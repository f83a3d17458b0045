"""What pages say stays text, and the file asks nothing of the network."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
import report_world
from lxml import html as lxml_html
from report_world import CLOSING_TITLE, JAVASCRIPT_URL, MADE_AT, SCRIPT_TITLE, text

from newsmill.report import build
from newsmill.report.build import build_report
from newsmill.report.page import cut, linkable, sentence


def test_title_of_a_script_tag_stays_a_title(page, report):
    titles = {text(title) for title in page.xpath("//h4")}
    assert {SCRIPT_TITLE, CLOSING_TITLE} <= titles
    assert SCRIPT_TITLE not in report
    assert len(page.xpath("//script")) == 3
    assert not page.xpath("//img")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")


def test_markup_in_a_detail_of_quarantine_stays_text(page):
    assert "<b>only a consent form</b>, 214 characters" in text(page.get_element_by_id("quarantine"))


def test_javascript_address_is_no_link(page):
    stories = [story for story in page.xpath("//li[h4]") if text(story.xpath("h4")[0]) == "A link that runs"]
    assert stories
    assert not any(story.xpath(".//a") for story in stories)
    assert JAVASCRIPT_URL not in page.xpath("//@href")


def test_topic_named_like_markup_stays_text_in_html_and_in_json(world):
    name = "</script><b id=x>"
    made = build_report(world, MADE_AT, {"ai_regulation": name})
    page = lxml_html.document_fromstring(made)
    assert not page.xpath('//b[@id="x"]')
    assert name in {text(one) for one in page.xpath('//span[@class="card-name"]')}
    assert name in json.loads(page.get_element_by_id("charts").text)["datasets"]["topics"]["name"]
    assert "Chip exports" not in made  # without a name a topic is shown by its id
    assert "chip_exports" in {text(one) for one in page.xpath('//span[@class="card-name"]')}


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a?b=1&c=2", "http://example.com", "https://例え.jp/ニュース", "HTTPS://Example.com/"],
)
def test_web_address_is_linked(url):
    assert linkable(url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//example.com/a",
        "/relative",
        "https://",
        "http://[::1",
        "https://example.com/" + "a" * 1000,
        "https://example.com/\u202efdp.exe",
    ],
)
def test_other_address_is_not_linked(url):
    assert not linkable(url)


def test_only_links_lead_out_and_they_tell_nothing(page):
    for element, attribute, link, _ in page.iterlinks():
        if link.startswith(("#", "data:")):
            continue
        assert (element.tag, attribute) == ("a", "href"), link
        assert link.startswith(("https://", "http://"))
        assert element.get("rel") == "noopener noreferrer"
    style = page.xpath("//style")[0].text
    assert "url(" not in style
    assert "@import" not in style


def test_specifications_name_no_address(page):
    specs = json.dumps(json.loads(page.get_element_by_id("charts").text)["specs"])
    assert "http" not in specs
    assert '"url"' not in specs


def test_policy_forbids_connections_and_names_every_script_by_hash(page):
    policy = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    for directive, path in (("script-src", "//script[not(@type)]"), ("style-src", "//style")):
        inlined = [element.text for element in page.xpath(path)]
        hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in inlined]
        assert rules[directive].split() == [f"'sha256-{one}'" for one in hashes]


def test_report_stays_below_three_megabytes(report):
    assert len(report.encode()) < 3_000_000


def test_report_too_large_shows_fewer_stories(world, report, monkeypatch):
    monkeypatch.setattr(build, "MAX_BYTES", len(report.encode()) - 50_000)
    made = build_report(world, MADE_AT, report_world.NAMES)
    assert len(made.encode()) < len(report.encode()) - 50_000
    lists = lxml_html.document_fromstring(made).xpath('//div[@class="stories"]')
    assert len(lists) == 5
    assert all(len(one.xpath(".//ol/li")) <= 10 for one in lists)


def test_long_title_is_cut(page):
    longest = max(len(text(title)) for title in page.xpath("//h4"))
    assert longest == 160


@pytest.mark.parametrize(
    ("given", "made"),
    [(None, ""), ("", ""), ("  a\n b ", "a b"), ("abcdef", "abcd…"), ("abcde", "abcde")],
)
def test_cut_keeps_one_line_of_a_length(given, made):
    assert cut(given, 5) == made


def test_sentence_marks_its_phrase_and_escapes_the_rest():
    assert sentence("<i>a</i> phrase & more", "phrase") == "&lt;i&gt;a&lt;/i&gt; <mark>phrase</mark> &amp; more"


def test_sentence_whose_phrase_is_elsewhere_stays_whole():
    assert sentence("nothing of it", "phrase") == "nothing of it"


def test_long_sentence_keeps_what_stands_around_the_phrase():
    made = sentence("a" * 5000 + " phrase " + "b" * 5000, "phrase")
    assert re.fullmatch(r"…a+ <mark>phrase</mark> b+…", made)
    assert len(made) < 400


def test_phrase_of_thousands_of_characters_is_cut():
    assert len(sentence("x" * 5000, "x" * 5000)) < 400
