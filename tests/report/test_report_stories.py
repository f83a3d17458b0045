"""Top stories lead to their pages and to the sentence that speaks of the topic."""

from __future__ import annotations

import datetime as dt

import report_world
from report_world import LAST, NAMES, text

from newsmill.report.stories import Limits, top_stories


def shown_stories(page, topic):
    return page.xpath(f'//div[@class="stories"][@data-topic="{topic}"]//ol/li')


def test_every_topic_and_all_of_them_have_twenty_stories_at_most(page):
    lists = page.xpath('//div[@class="stories"]')
    assert lists[0].get("data-topic") == ""
    assert {one.get("data-topic") for one in lists} == {"", *NAMES}
    assert all(0 < len(shown_stories(page, topic)) <= 20 for topic in ("", *NAMES))


def test_stories_that_most_outlets_carried_come_first(world):
    listed = top_stories(world, LAST, list(NAMES), Limits())
    for topic, stories in listed.items():
        own = [(story["outlets"], story["pages"]) for story in stories if not story["teaser_only"]]
        assert own == sorted(own, reverse=True), topic


def test_story_shows_its_spread_and_its_canonical_page(page, world):
    story = shown_stories(page, "defense_partnerships")[0]
    url = story.xpath("./h4/a/@href")[0]
    [(title, site, pages, outlets)] = world.execute(
        """select s.title, first_site, s.pages, s.outlets
           from trends.story_spread s join stories.members m using (story_id) join clean.pages p using (record_id)
           where m.is_canonical and p.url = ?""",
        [url],
    ).fetchall()
    assert text(story.xpath("./h4")[0]) == title
    assert text(story.xpath('./p[@class="meta"]')[0]).startswith(f"first on {site}, ")
    assert f"· {pages} pages · {outlets} outlets" in text(story.xpath('./p[@class="meta"]')[0])


def test_story_opens_to_its_pages_with_their_relation(page, world):
    story = shown_stories(page, "chip_exports")[0]
    pages = story.xpath('.//ul[@class="members"]/li')
    assert text(pages[0].xpath("./span")[0]) == "original"
    assert {text(li.xpath("./span")[0]) for li in pages[1:-1]} <= {"copy", "edited copy", "revision"}
    assert len(pages) == 9  # eight and the line that counts the others
    assert text(pages[-1]) == "and 20 more pages"


def test_story_opens_to_the_sentence_with_its_phrase_marked(page):
    for topic in NAMES:
        said = shown_stories(page, topic)[0].xpath(".//blockquote")
        assert [text(mark) for mark in said[0].xpath(".//mark")] == [report_world.PHRASES[topic]]
        assert text(said[0].xpath("./footer")[0]).startswith("body of ")


def test_story_of_a_teaser_comes_last_and_says_so(world):
    listed = top_stories(world, LAST, ["ai_regulation"], Limits(stories=10_000))["ai_regulation"]
    by_teaser = [story["teaser_only"] for story in listed]
    assert any(by_teaser)
    assert by_teaser == sorted(by_teaser)


def test_story_is_listed_while_its_pages_came_in_within_thirty_days(world):
    later = top_stories(world, LAST + dt.timedelta(days=29), list(NAMES), Limits(stories=10_000))
    last_day = world.execute(
        "select count(distinct story_id) from stories.members where ingest_date = ?", [LAST]
    ).fetchone()[0]
    assert len(later[""]) == last_day
    assert top_stories(world, LAST + dt.timedelta(days=30), list(NAMES), Limits())[""] == []


def test_copies_of_one_sentence_are_shown_once(world):
    widest = top_stories(world, LAST, ["chip_exports"], Limits())["chip_exports"][0]
    assert widest["pages"] == 28
    assert len(widest["sentences"]) == 1


def test_story_without_a_title_or_a_site_is_still_shown():
    con = report_world.empty_world()
    rows = {name: [] for name in report_world.FILLED}
    report_world.add_story(rows, report_world.random.Random(1), LAST, "ai_regulation", "en", None, 1, url="file:a.html")
    rows["clean.pages"][0]["site"] = None
    report_world.fill(con, rows)
    page = report_world.parsed(con)
    [story] = shown_stories(page, "ai_regulation")
    assert text(story.xpath("./h4")[0]) == "Untitled page"
    assert not story.xpath(".//a")
    assert "files, without a site" in text(page.get_element_by_id("sources"))
