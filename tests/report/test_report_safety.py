"""Text of pages stays text, and the file makes no requests; test_report_hostile.py tests this in a browser."""

from __future__ import annotations

import base64
import hashlib
import json

from lxml import html as lxml_html
from report_data import decompress, read_data
from report_database import ARABIC_TITLE, CLOSING_TITLE, JAVASCRIPT_URL, MADE_AT, SCRIPT_TITLE, text

from newsmill.report.build import build_report
from newsmill.report.compression import compress_json


def test_title_of_a_script_tag_stays_a_title(page, report, data):
    titles = {story.get("title") for story in data["stories"]}
    assert {SCRIPT_TITLE, CLOSING_TITLE, ARABIC_TITLE} <= titles
    assert SCRIPT_TITLE not in report
    assert len(page.xpath("//script")) == 3
    assert not page.xpath("//img")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")


def test_data_cannot_end_its_script_element(page, report):
    assert "<" not in page.get_element_by_id("report-data").text
    assert report.count("</script>") == 3


def test_compressed_markup_is_decompressed_unchanged():
    value = {"title": "</script><!-- <script>alert(1)</script>", "other": "\u2028 & 'x' \"y\" \x00"}
    assert "<" not in compress_json(value)
    assert decompress(compress_json(value)) == value


def test_markup_in_a_detail_of_quarantine_stays_text(page):
    assert "<b>only a consent form</b>, 214 characters" in text(page.get_element_by_id("quarantine"))


def test_markup_in_the_name_of_an_entity_stays_text(data):
    assert "<b>Bold Labs</b>" in {item["name"] for item in data["entities"]}


def test_javascript_url_is_not_a_link(page, data):
    assert JAVASCRIPT_URL in {story["url"] for story in data["stories"]}
    assert JAVASCRIPT_URL not in page.xpath("//@href")


def test_topic_named_like_markup_stays_text_in_html_and_in_json(database):
    name = "</script><b id=x>"
    html = build_report(database, MADE_AT, {"ai_regulation": name})
    page = lxml_html.document_fromstring(html)
    assert not page.xpath('//b[@id="x"]')
    assert name in {text(label) for label in page.xpath('//label[contains(@class, "chip")]')}
    assert name in {topic["name"] for topic in read_data(page)["topics"]}
    assert "Chip exports" not in html  # without a name a topic is shown by its id
    assert "chip_exports" in {topic["name"] for topic in read_data(page)["topics"]}


def test_only_links_point_outside_and_send_no_referrer(page):
    for element, attribute, link, _ in page.iterlinks():
        if link.startswith(("#", "data:")):
            continue
        assert (element.tag, attribute) == ("a", "href"), link
        assert link.startswith(("https://", "http://"))
        assert element.get("rel") == "noopener noreferrer"
    style = page.xpath("//style")[0].text
    assert "url(" not in style
    assert "@import" not in style


def test_chart_specs_contain_no_url(data):
    specs = json.dumps(data["specs"])
    assert "http" not in specs
    assert '"url"' not in specs


def test_policy_forbids_connections_and_lists_scripts_by_hash(page):
    policy = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')[0]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "unsafe" not in policy
    for directive, path in (("script-src", "//script[not(@type)]"), ("style-src", "//style")):
        inlined = [element.text for element in page.xpath(path)]
        hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inlined]
        assert rules[directive].split() == [f"'sha256-{digest}'" for digest in hashes]


def test_long_title_is_shortened(data):
    assert max(len(story.get("title", "")) for story in data["stories"]) == 160
