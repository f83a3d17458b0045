"""Every number on the report is one that the database gives."""

from __future__ import annotations

import datetime as dt

import report_database
from report_database import BURST, LAST, NAMES, period, text

from newsmill.report.lede import show


def numbers(cells) -> list[int]:
    return [int(text(cell).replace(",", "")) for cell in cells]


def test_headline_counts_the_tables(page, world):
    expected = world.execute(
        """select (select count(*) from raw.records), (select count(*) from clean.pages),
                  (select count(distinct story_id) from stories.members),
                  (select count(distinct story_id) from stories.members semi join topics.page_topics using (record_id)),
                  (select count(*) from quality.quarantine)"""
    ).fetchone()
    shown = [div.xpath("dd")[0] for div in page.xpath('//dl[@class="headline"]/div')]
    assert numbers(shown) == list(expected)


def test_dates_of_the_data_and_of_the_report_are_told(page):
    assert text(page.xpath('//p[@class="dateline"]')[0]) == "16 Oct to 14 Nov 2026 made 15 Nov 2026, 02:14 UTC"


def test_topics_stand_with_most_stories_first(facts, world):
    expected = world.execute(
        "select topic from trends.topic_pages group by topic order by count(distinct story_id) desc, topic"
    ).fetchall()
    assert [topic["id"] for topic in facts["topics"]] == [topic for (topic,) in expected]
    assert {topic["name"] for topic in facts["topics"]} == set(NAMES.values())


def test_days_are_those_of_topic_daily(facts, world):
    first = dt.date.fromisoformat(facts["slots"]["first"])
    places = [topic["id"] for topic in facts["topics"]]
    found = world.execute("select day, topic, pages, stories, outlets, teaser_pages from trends.topic_daily").fetchall()
    assert len(found) > 100
    for day, topic, pages, stories, outlets, teasers in found:
        series, slot = facts["series"][places.index(topic)], (day - first).days
        assert (series["pages"][slot], series["teasers"][slot]) == (pages, teasers)
        assert period(facts, topic, "stories", day, day) == stories
        assert period(facts, topic, "outlets", day, day) == outlets


def test_weeks_are_those_of_topic_weekly(facts, world):
    found = world.execute("select week, topic, stories, outlets from trends.topic_weekly").fetchall()
    first = dt.date.fromisoformat(facts["slots"]["first"])
    for week, topic, stories, outlets in found:
        ends = max(week, first), min(week + dt.timedelta(days=6), LAST)
        assert (period(facts, topic, "stories", *ends), period(facts, topic, "outlets", *ends)) == (stories, outlets)


def test_story_of_two_topics_is_one_of_any_topic(facts, world):
    [(stories,)] = world.execute("select count(distinct story_id) from trends.topic_pages").fetchall()
    first = dt.date.fromisoformat(facts["slots"]["first"])
    assert period(facts, "", "stories", first, LAST) == stories
    assert sum(period(facts, topic, "stories", first, LAST) for topic in NAMES) > stories


def test_burst_is_told_with_its_probability_and_what_drove_it(page):
    [burst] = page.xpath('//ul[@id="burst-list"]/li')
    said = text(burst)
    assert said.startswith("AI regulation 8 to 10 Nov 2026 38 stories where 9.2 were expected, 4.1 times as many")
    assert "Chance of so many: 1 in 250 billion (score 11.4); peak on 10 Nov 2026." in said
    driver = burst.xpath('.//p[@class="driver"]//a')[0]
    assert driver.get("href").startswith("https://")
    assert (burst.get("data-from"), burst.get("data-to")) == tuple(str(day) for day in BURST)


def test_first_sentences_tell_the_burst_and_the_largest_genuine_change(page, world):
    said = [text(item) for item in page.xpath('//ul[@class="news"]/li')]
    assert said[0].startswith(
        "AI regulation burst 8 to 10 Nov 2026: 38 stories where 9.2 were expected, a chance of 1 in "
    )
    [(topic, pages, before, genuine)] = world.execute(
        """select topic, pages, pages_before, genuine from trends.change_decomposition
           where week = '2026-11-02' order by abs(genuine) desc, abs(change) desc limit 1"""
    ).fetchall()
    verb = "rose" if pages > before else "fell"
    assert said[1].startswith(f"{NAMES[topic]} {verb} from {before} to {pages} pages in the week of 2 to 8 Nov 2026: ")
    assert f"{'+' if genuine > 0 else '−'}{abs(genuine)} genuine" in said[1]


def test_first_sentences_name_who_rose_in_the_last_whole_week_each_with_its_stories(page, world):
    [named] = [li for li in page.xpath('//ul[@class="news"]/li') if text(li).startswith("Named more often")]
    found = world.execute(
        """select now.entity, now.stories, coalesce(was.stories, 0) as earlier, now.topic, now.kind
           from trends.entity_weekly now left join trends.entity_weekly was
               on (was.entity, was.kind, was.topic, was.week) = (now.entity, now.kind, now.topic, now.week - 7)
           where now.week = '2026-11-02' and now.stories >= 3 and now.stories > earlier
           order by now.stories - earlier desc, now.entity limit 3"""
    ).fetchall()
    assert found
    told = [text(link) for link in named.xpath('.//a[@class="behind"]')]
    assert told == [f"{name} ({stories} stories after {before})" for name, stories, before, *_ in found]
    shown = named.xpath('.//a[@class="behind"]/@data-show')
    assert shown[0] == show("entity", found[0][3], found[0][4], found[0][0], "2026-11-02")


def test_parts_of_every_change_sum_to_it(facts, world):
    changes = facts["changes"]
    parts = ("genuine", "copies", "sources_joined", "sources_silent", "extractor", "taxonomy")
    [(rows,)] = world.execute("select count(*) from trends.change_decomposition").fetchall()
    assert len(changes["week"]) == rows > 10
    for place in range(rows):
        assert sum(changes[part][place] for part in parts) == changes["pages"][place] - changes["before"][place]
    # The report's world ends on a Saturday: its last week was going on.
    assert {week for week, whole in zip(changes["week"], changes["whole"], strict=True) if not whole} == {"2026-11-09"}


def test_entities_are_those_of_entity_weekly(facts, world):
    topics = [topic["id"] for topic in facts["topics"]]
    shown = {
        (one["name"], one["kind"], topics[one["topic"]], week): counts
        for one in facts["entities"]
        for week, *counts in zip(one["week"], one["stories"], one["pages"], one["outlets"], strict=True)
    }
    found = world.execute(
        "select entity, kind, topic, week, stories, pages, outlets from trends.entity_weekly where pages > 0"
    ).fetchall()
    assert shown == {(entity, kind, topic, str(week)): counts for entity, kind, topic, week, *counts in found}


def test_sources_and_languages_are_counted_by_day(facts, world):
    first = dt.date.fromisoformat(facts["slots"]["first"])
    for key, column, names in (("sites", "site", "name"), ("languages", "language", "code")):
        found = world.execute(f"select {column}, day, count(*) from trends.page_days group by all").fetchall()
        shown = {
            (name, first + dt.timedelta(days=slot)): pages
            for name, days in zip(facts[key][names], facts[key]["pages"], strict=True)
            for slot, pages in enumerate(days)
            if pages
        }
        assert shown == {(name, day): pages for name, day, pages in found}
    assert "Japanese" in facts["languages"]["name"]
    assert sum(facts["all_pages"]) == world.execute("select count(*) from clean.pages").fetchone()[0]


def test_records_reconcile_by_ingest_date(page, facts, world):
    shown = [
        numbers(row.xpath("td")) for row in page.xpath('//div[@aria-label="Reconciliation by ingest date"]//tbody/tr')
    ]
    expected = world.execute(
        "select records, kept, merged, quarantined, unreconciled from quality.reconciliation order by ingest_date desc"
    ).fetchall()
    assert shown == [list(row) for row in expected]
    assert facts["reconciliation"]["kept"] == [kept for _, kept, *_ in expected[::-1]]
    assert all(came == kept + merged + aside for came, kept, merged, aside, _ in shown)
    totals = [sum(column) for column in zip(*shown, strict=True)]
    equation = [int(text(b).replace(",", "")) for b in page.xpath('//p[@class="equation"]//b')]
    assert equation == totals[:4]


def test_quarantine_is_told_by_reason_with_examples(page, world):
    reasons = page.xpath('//section[@id="quarantine"]/ul/li')
    shown = {text(li.xpath('.//span[@class="reason"]/b')[0]): int(text(li.xpath(".//summary/b")[0])) for li in reasons}
    found = world.execute("select replace(reason, '_', ' '), count(*) from quality.quarantine group by 1").fetchall()
    assert shown == dict(found)
    for li in reasons:
        reason = text(li.xpath('.//span[@class="reason"]/b')[0])
        examples = [example for example in li.xpath(".//ul/li") if "more" not in example.get("class", "")]
        known = world.execute(
            "select r.url from quality.quarantine q join raw.records r using (record_id) where reason = ?",
            [reason.replace(" ", "_")],
        ).fetchall()
        assert len(examples) == 5
        assert {example.xpath(".//a/@href")[0] for example in examples} <= {url for (url,) in known}
        assert text(li.xpath('.//li[@class="more"]')[0]).startswith(
            f"and {shown[reason] - 5} more records: newsmill query"
        )


def test_only_failing_checks_of_the_last_run_are_listed(page):
    section = page.get_element_by_id("checks")
    assert "37 of 40 checks of run run-30 held." in text(section)
    listed = {
        text(li.xpath(".//summary/span/text()")[0].getparent()): text(li.xpath(".//em")[0])
        for li in section.xpath("./ul/li")
    }
    assert listed == {
        "similarity lies in 0..1 clean.pages": "could not run",
        "language is of ISO 639-1 clean.pages": "failed",
        "published_at is not in the future clean.pages": "warns",
    }
    assert "2031" in text(section)  # its failing sample
    assert "2 of 40 checks failed" in text(page.xpath('//ul[@class="health"]')[0])


def test_freshness_is_told_of_page_ingest_run_and_report(page):
    said = {text(div.xpath("dt")[0]): text(div.xpath("dd")[0]) for div in page.xpath('//dl[@class="facts"]/div')}
    assert said["Last ingest date"] == "14 Nov 2026"
    assert said["Last run checked"] == "15 Nov 2026, 02:05 UTC"
    assert said["Report made"] == "15 Nov 2026, 02:14 UTC"
    assert said["Newest page"].startswith("14 Nov 2026, ")
    ages = page.xpath('//section[@id="checks"]//span[@class="age"]/@data-age')
    assert len(ages) == 5
    assert report_database.MADE_AT.isoformat() in ages
