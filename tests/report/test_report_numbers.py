"""Every number on the report is one that the database gives."""

from __future__ import annotations

import json

import report_world
from report_world import LAST, NAMES, text


def numbers(cells) -> list[int]:
    return [int(text(cell).replace(",", "")) for cell in cells]


def table(page, label):
    return page.xpath(f'//div[@aria-label="{label}"]//tbody/tr')


def test_headline_counts_the_tables(page, world):
    expected = world.execute(
        """select (select count(*) from raw.records), (select count(*) from clean.pages),
                  (select count(distinct story_id) from stories.members), (select count(*) from quality.quarantine)"""
    ).fetchone()
    shown = [div.xpath("dd")[0] for div in page.xpath('//dl[@class="headline"]/div')]
    assert numbers(shown) == list(expected)


def test_dates_of_the_data_and_of_the_report_are_told(page):
    assert text(page.xpath('//p[@class="dateline"]')[0]) == "16 Oct 2026 to 14 Nov 2026 made 15 Nov 2026, 02:14 UTC"


def test_table_behind_the_topic_chart_is_topic_daily(page, world):
    rows = table(page, "Pages and stories by day and topic")
    topics = [text(th) for th in page.xpath('//div[@aria-label="Pages and stories by day and topic"]//th[@colspan]')]
    assert len(rows) == report_world.DAYS
    ids = {name: topic for topic, name in NAMES.items()}
    for number, name in enumerate(topics):
        expected = world.execute(
            "select stories, pages from trends.topic_daily where topic = ? order by day desc", [ids[name]]
        ).fetchall()
        shown = [tuple(numbers(row.xpath("td")[2 * number : 2 * number + 2])) for row in rows]
        assert shown == expected


def test_chart_draws_what_the_table_says(page, world):
    series = json.loads(page.get_element_by_id("charts").text)["datasets"]["series"]
    drawn = sorted(
        zip(series["day"], series["topic"], series["stories"], series["pages"], series["outlets"], strict=True)
    )
    expected = world.execute(
        "select strftime(day, '%Y-%m-%dT00:00'), topic, stories, pages, outlets from trends.topic_daily order by 1, 2"
    ).fetchall()
    assert drawn == expected


def test_cards_tell_the_last_seven_days_and_the_seven_before(page, world):
    for topic, name in NAMES.items():
        card = page.xpath(f'//label[contains(@class, "card")][input/@value="{topic}"]')[0]
        (pages, now), (_, before) = world.execute(
            "select pages_7d, stories_7d from trends.topic_daily where topic = ? and day in (?, ?::date - 7) "
            "order by day desc",
            [topic, LAST, LAST],
        ).fetchall()
        arrow = "▲" if now > before else "▼" if now < before else "="
        assert text(card).startswith(name)
        assert f"{now} stories in 7 days {arrow} from {before} · {pages} pages" in text(card)


def test_bursts_are_told_with_what_drove_them(page):
    [burst] = page.xpath('//ul[@class="bursts"]/li')
    said = text(burst)
    assert said.startswith(
        "AI regulation, 8 Nov 2026 to 10 Nov 2026: 38 stories where 9.2 were expected score 11.4 Driven by "
    )
    assert burst.xpath(".//a/@href")[0].startswith("https://")


def test_burst_is_shaded_from_its_first_noon_before_to_its_last_noon_after(page):
    bursts = json.loads(page.get_element_by_id("charts").text)["datasets"]["bursts"]
    assert (bursts["begin"], bursts["end"]) == (["2026-11-07T12:00"], ["2026-11-10T12:00"])


def test_sources_are_the_sites_with_most_pages(page, world):
    shown = [
        (text(row.xpath("th")[0]), *numbers(row.xpath("td")[:3]), text(row.xpath("td")[3]))
        for row in table(page, "Sources")
    ]
    expected = world.execute(
        """select p.site, count(*), count(distinct story_id), count(*) filter (relation = 'original'),
                  round(100 * count(*) filter (relation = 'original') / count(*))::int || '%'
           from clean.pages p join stories.members using (record_id) group by 1 order by 2 desc, 1 limit 25"""
    ).fetchall()
    assert shown == expected
    rest = page.xpath('//section[@id="sources"]//p[@class="note"]')[0]
    [(sites, pages)] = world.execute(
        """select count(*), sum(n) from (select count(*) as n, row_number() over (order by count(*) desc, site) as place
           from clean.pages group by site) where place > 25"""
    ).fetchall()
    assert text(rest) == f"{sites} more sites with {pages} pages."


def test_languages_are_named_and_counted(page, world):
    shown = {text(row.xpath("th/small")[0]): numbers(row.xpath("td")[:2]) for row in table(page, "Languages")}
    expected = world.execute(
        """select language, count(*), count(distinct story_id)
           from clean.pages join stories.members using (record_id) group by 1"""
    ).fetchall()
    assert shown == {language: [pages, stories] for language, pages, stories in expected}
    assert "Japanese" in text(page.get_element_by_id("languages"))


def test_books_balance_by_ingest_date(page, world):
    shown = [numbers(row.xpath("td")) for row in table(page, "Books by ingest date")]
    expected = world.execute(
        "select records, kept, merged, quarantined, out_of_balance from quality.books order by ingest_date desc"
    ).fetchall()
    assert shown == [list(book) for book in expected]
    assert all(came == kept + merged + aside for came, kept, merged, aside, _ in shown)
    totals = [sum(column) for column in zip(*shown, strict=True)]
    equation = [int(text(b).replace(",", "")) for b in page.xpath('//p[@class="equation"]//b')]
    assert equation == totals[:4]


def test_quarantine_is_told_by_reason_with_examples(page, world):
    reasons = page.xpath('//section[@id="quarantine"]/ul/li')
    shown = {text(li.xpath(".//summary//code")[0]): int(text(li.xpath(".//summary/b")[0])) for li in reasons}
    assert shown == dict(world.execute("select reason, count(*) from quality.quarantine group by 1").fetchall())
    for li in reasons:
        reason = text(li.xpath(".//summary//code")[0])
        examples = [example for example in li.xpath(".//ul/li") if "more" not in example.get("class", "")]
        known = world.execute(
            "select r.url from quality.quarantine q join raw.records r using (record_id) where reason = ?", [reason]
        ).fetchall()
        assert len(examples) == 5
        assert {example.xpath(".//a/@href")[0] for example in examples} <= {url for (url,) in known}
        assert text(li.xpath('.//li[@class="more"]')[0]) == f"and {shown[reason] - 5} more records"


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
