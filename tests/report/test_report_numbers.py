"""All numbers of the report match the database."""

from __future__ import annotations

import datetime as dt

import report_database
from report_database import BURST, LAST, NAMES, period, text

from newsmill.report.sections.summary import sheet_address


def numbers(cells) -> list[int]:
    return [int(text(cell).replace(",", "")) for cell in cells]


def test_headline_counts_the_tables(page, database):
    expected = database.execute(
        """select (select count(*) from raw.records), (select count(*) from clean.pages),
                  (select count(distinct story_id) from stories.members),
                  (select count(distinct story_id) from stories.members semi join topics.page_topics using (record_id)),
                  (select count(*) from quality.quarantine)"""
    ).fetchone()
    shown = [div.xpath("dd")[0] for div in page.xpath('//dl[@class="headline"]/div')]
    assert numbers(shown) == list(expected)


def test_dateline_has_data_dates_and_build_time(page):
    assert text(page.xpath('//p[@class="dateline"]')[0]) == "16 Oct to 14 Nov 2026 built 15 Nov 2026, 02:14 UTC"


def test_topics_are_sorted_by_stories(data, database):
    expected = database.execute(
        "select topic from (from trends.topic_pages where not teaser_only) "
        "group by topic order by count(distinct story_id) desc, topic"
    ).fetchall()
    assert [topic["id"] for topic in data["topics"]] == [topic for (topic,) in expected]
    assert {topic["name"] for topic in data["topics"]} == set(NAMES.values())


def test_days_match_topic_daily(data, database):
    first = dt.date.fromisoformat(data["buckets"]["first"])
    ids = [topic["id"] for topic in data["topics"]]
    found = database.execute(
        "select day, topic, pages, stories, outlets, teaser_pages from trends.topic_daily"
    ).fetchall()
    assert len(found) > 100
    for day, topic, pages, stories, outlets, teasers in found:
        series, bucket = data["series"][ids.index(topic)], (day - first).days
        assert (series["pages"][bucket], series["teasers"][bucket]) == (pages, teasers)
        assert period(data, topic, "stories", day, day) == stories
        assert period(data, topic, "outlets", day, day) == outlets


def test_weeks_match_topic_weekly(data, database):
    found = database.execute("select week, topic, stories, outlets from trends.topic_weekly").fetchall()
    first = dt.date.fromisoformat(data["buckets"]["first"])
    for week, topic, stories, outlets in found:
        ends = max(week, first), min(week + dt.timedelta(days=6), LAST)
        assert (period(data, topic, "stories", *ends), period(data, topic, "outlets", *ends)) == (stories, outlets)


def test_story_with_two_topics_counts_once_for_any_topic(data, database):
    [(stories,)] = database.execute(
        "select count(distinct story_id) from (from trends.topic_pages where not teaser_only)"
    ).fetchall()
    first = dt.date.fromisoformat(data["buckets"]["first"])
    assert period(data, "", "stories", first, LAST) == stories
    assert sum(period(data, topic, "stories", first, LAST) for topic in NAMES) > stories


def test_burst_has_its_probability_and_top_story(page):
    [burst] = page.xpath('//ul[@id="burst-list"]/li')
    burst_text = text(burst)
    assert burst_text.startswith("AI regulation 8 to 10 Nov 2026 38 stories, 9.2 expected, 4.1 times as many")
    assert "Chance of this many: 1 in 250 billion (score 11.4); peak on 10 Nov 2026." in burst_text
    driver = burst.xpath('.//p[@class="driver"]//a')[0]
    assert driver.get("href").startswith("https://")
    assert (burst.get("data-from"), burst.get("data-to")) == tuple(str(day) for day in BURST)


def test_summary_has_the_burst_and_the_largest_genuine_change(page, database):
    sentences = [text(item) for item in page.xpath('//ul[@class="news"]/li')]
    assert sentences[0].startswith("AI regulation burst 8 to 10 Nov 2026: 38 stories, 9.2 expected, a chance of 1 in ")
    [(topic, pages, before, genuine)] = database.execute(
        """select topic, pages, pages_before, genuine from trends.change_decomposition
           where week = '2026-11-02' order by abs(genuine) desc, abs(change) desc limit 1"""
    ).fetchall()
    verb = "rose" if pages > before else "fell"
    assert sentences[1].startswith(
        f"{NAMES[topic]} {verb} from {before} to {pages} pages in the week of 2 to 8 Nov 2026: "
    )
    assert f"{'+' if genuine > 0 else '−'}{abs(genuine)} genuine" in sentences[1]


def test_summary_links_rising_entities_of_the_last_whole_week(page, database):
    [named] = [li for li in page.xpath('//ul[@class="news"]/li') if text(li).startswith("Named more often")]
    found = database.execute(
        """select now.entity, now.stories, coalesce(was.stories, 0) as earlier, now.topic, now.kind
           from trends.entity_weekly now left join trends.entity_weekly was
               on (was.entity, was.kind, was.topic, was.week) = (now.entity, now.kind, now.topic, now.week - 7)
           where now.week = '2026-11-02' and now.stories >= 3 and now.stories > earlier
           order by now.stories - earlier desc, now.entity limit 3"""
    ).fetchall()
    assert found
    links = [text(link) for link in named.xpath('.//a[@class="sheet-link"]')]
    assert links == [f"{name} ({stories} stories, {before} the week before)" for name, stories, before, *_ in found]
    shown = named.xpath('.//a[@class="sheet-link"]/@data-sheet')
    assert shown[0] == sheet_address("entity", found[0][3], found[0][4], found[0][0], "2026-11-02")


def test_parts_of_a_change_sum_to_it(data, database):
    changes = data["changes"]
    parts = ("genuine", "copies", "sources_joined", "sources_silent", "collection", "extractor", "taxonomy")
    [(rows,)] = database.execute("select count(*) from trends.change_decomposition").fetchall()
    assert len(changes["week"]) == rows > 10
    for row in range(rows):
        assert sum(changes[part][row] for part in parts) == changes["pages"][row] - changes["pages_before"][row]
    # The report's database ends on a Saturday: its last week was going on.
    assert {week for week, whole in zip(changes["week"], changes["whole"], strict=True) if not whole} == {"2026-11-09"}


def test_entities_match_entity_weekly(data, database):
    topics = [topic["id"] for topic in data["topics"]]
    shown = {
        (item["name"], item["kind"], topics[item["topic"]], week): counts
        for item in data["entities"]
        for week, *counts in zip(item["week"], item["stories"], item["pages"], item["outlets"], strict=True)
    }
    found = database.execute(
        "select entity, kind, topic, week, stories, pages, outlets from trends.entity_weekly where pages > 0"
    ).fetchall()
    assert shown == {(entity, kind, topic, str(week)): counts for entity, kind, topic, week, *counts in found}


def test_sources_and_languages_are_counted_by_day(data, database):
    first = dt.date.fromisoformat(data["buckets"]["first"])
    for key, column, names in (("sites", "site", "name"), ("languages", "language", "code")):
        found = database.execute(f"select {column}, day, count(*) from trends.page_days group by all").fetchall()
        shown = {
            (name, first + dt.timedelta(days=bucket)): pages
            for name, days in zip(data[key][names], data[key]["pages"], strict=True)
            for bucket, pages in enumerate(days)
            if pages
        }
        assert shown == {(name, day): pages for name, day, pages in found}
    assert "Japanese" in data["languages"]["name"]
    assert sum(data["all_pages"]) == database.execute("select count(*) from clean.pages").fetchone()[0]


def test_records_reconcile_by_ingest_date(page, data, database):
    shown = [
        numbers(row.xpath("td")) for row in page.xpath('//div[@aria-label="Reconciliation by ingest date"]//tbody/tr')
    ]
    expected = database.execute(
        "select records, kept, merged, quarantined, unreconciled from quality.reconciliation order by ingest_date desc"
    ).fetchall()
    assert shown == [list(row) for row in expected]
    assert data["reconciliation"]["kept"] == [kept for _, kept, *_ in expected[::-1]]
    assert all(records == kept + merged + quarantined for records, kept, merged, quarantined, _ in shown)
    totals = [sum(column) for column in zip(*shown, strict=True)]
    equation = [int(text(b).replace(",", "")) for b in page.xpath('//p[@class="equation"]//b')]
    assert equation == totals[:4]


def test_quarantine_lists_reasons_with_examples(page, database):
    reasons = page.xpath('//section[@id="quarantine"]/ul/li')
    shown = {text(li.xpath('.//span[@class="reason"]/b')[0]): int(text(li.xpath(".//summary/b")[0])) for li in reasons}
    found = database.execute("select replace(reason, '_', ' '), count(*) from quality.quarantine group by 1").fetchall()
    assert shown == dict(found)
    for li in reasons:
        reason = text(li.xpath('.//span[@class="reason"]/b')[0])
        examples = [example for example in li.xpath(".//ul/li") if "more" not in example.get("class", "")]
        known = database.execute(
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
    assert "37 of 40 checks of run run-30 passed." in text(section)
    statuses = {
        text(li.xpath(".//summary/span/text()")[0].getparent()): text(li.xpath(".//em")[0])
        for li in section.xpath("./ul/li")
    }
    assert statuses == {
        "similarity is in 0..1 clean.pages": "could not run",
        "language is of ISO 639-1 clean.pages": "failed",
        "published_at is not in the future clean.pages": "warned",
    }
    assert "2031" in text(section)  # its failing sample
    assert "2 of 40 checks failed" in text(page.xpath('//ul[@class="health"]')[0])


def test_freshness_has_page_ingest_checks_and_report(page):
    timestamps = {
        text(div.xpath("dt")[0]): text(div.xpath("dd")[0]) for div in page.xpath('//dl[@class="timestamps"]/div')
    }
    assert timestamps["Last ingest date"] == "14 Nov 2026"
    assert timestamps["Last checks"] == "15 Nov 2026, 02:05 UTC"
    assert timestamps["Report built"] == "15 Nov 2026, 02:14 UTC"
    assert timestamps["Newest page"].startswith("14 Nov 2026, ")
    ages = page.xpath('//section[@id="checks"]//span[@class="age"]/@data-age')
    assert len(ages) == 5
    assert report_database.MADE_AT.isoformat() in ages
