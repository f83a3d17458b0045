"""The report in a browser: tooltips, choices of topics and period, and the sections that follow them."""

from __future__ import annotations

import pytest
import report_database
from rendered_report import address_parts, cells, choose, open_table, shown_topics
from report_database import LAST, NAMES, period

from newsmill.report.build import build_report

DAY = report_database.dt.timedelta(days=1)


def test_all_charts_are_drawn_without_console_output_or_requests(opened, address):
    opened.open(address)
    charts = opened.run(
        "[...document.querySelectorAll('.chart')].filter((e) => e.querySelector('svg .mark-group, svg g')).length"
    )
    assert charts == opened.run("document.querySelectorAll('.chart').length") == 5 + len(NAMES)
    assert opened.console == []
    assert [url for url in opened.requested if not url.startswith(("file:", "data:", "about:"))] == []
    assert opened.run("document.documentElement.scrollWidth <= innerWidth")


def test_topic_rows_count_the_stories_of_all_days(opened, data):
    rows = {topic: row[2] for topic, row in shown_topics(opened).items()}
    first = report_database.FIRST
    assert list(rows) == [topic["id"] for topic in data["topics"]]
    assert rows == {topic: str(period(data, topic, "stories", first, LAST)) for topic in NAMES}


def test_tooltip_shows_exact_numbers(opened, data):
    opened.hover("#topic-chart svg")
    opened.wait("!document.getElementById('tip').hidden")
    lines = opened.run("document.getElementById('tip').innerText").split("\n")
    tooltip = dict(zip(lines[1::2], lines[2::2], strict=True))
    topic = next(id for id, name in NAMES.items() if name == lines[0])
    day = report_database.dt.datetime.strptime(tooltip["when"], "%a %d %b %Y").date()
    assert int(tooltip["stories"]) == period(data, topic, "stories", day, day)
    assert int(tooltip["outlets"]) == period(data, topic, "outlets", day, day)


def test_all_sections_and_the_address_follow_the_chosen_topic(opened):
    opened.click("#topic-rows tr[data-topic='chip_exports'] .topic")
    opened.wait("location.hash === '#topics=chip_exports'")
    assert list(shown_topics(opened)) == ["chip_exports"]
    assert opened.run("document.querySelectorAll('#measures figure').length") == 1
    assert opened.run("[...document.querySelectorAll('#burst-list > li')].every((e) => e.hidden)")
    assert cells(opened, "#no-bursts")[0].startswith("No bursts of the chosen topics, 16 Oct to 14 Nov 2026.")
    assert len(cells(opened, "#change-sentences li")) == 1
    assert set(cells(opened, "#entity-rows [data-entity] th")) == {"Commerce Department"}
    assert all("Chip exports" in story for story in cells(opened, "#story-list .meta"))
    choose(opened, "topics=chip_exports,ai_regulation")
    assert set(shown_topics(opened)) == {"chip_exports", "ai_regulation"}


def test_numbers_follow_the_chosen_period(opened, data):
    opened.click("[data-period='7']")
    opened.wait("location.hash === '#period=7'")
    first = LAST - 6 * DAY
    shown = shown_topics(opened)
    assert {topic: row[2] for topic, row in shown.items()} == {
        topic: str(period(data, topic, "stories", first, LAST)) for topic in NAMES
    }
    now = int(shown["ai_regulation"][2])
    ratio = now / period(data, "ai_regulation", "stories", first - 7 * DAY, first - DAY)
    change = f"×{ratio:.2g}" if ratio >= 3 else f"{'+' if ratio > 1 else '−'}{abs(round(100 * (ratio - 1)))}%"
    assert shown["ai_regulation"][3] == change
    dates = opened.run("['from', 'to'].map((id) => document.getElementById(id).value)")
    assert dates == [str(first), str(LAST)]
    assert cells(opened, "#topics h2 small") == ["8 to 14 Nov 2026"]


def test_date_inputs_choose_a_range_in_the_address(opened):
    choose(opened, "from=2026-11-01&to=2026-11-03")
    assert cells(opened, "#topics h2 small") == ["1 to 3 Nov 2026"]
    opened.run("document.getElementById('from').value = '2026-10-20'")
    opened.run("document.getElementById('from').dispatchEvent(new Event('change'))")
    assert address_parts(opened) == {"from": "2026-10-20", "to": "2026-11-03"}
    choose(opened, "from=1999-01-01&to=2099-01-01")
    assert cells(opened, "#topics h2 small") == ["16 Oct to 14 Nov 2026"]


def test_arrows_move_the_period_by_its_length_within_the_data(opened):
    choose(opened, "period=7")
    opened.click("#earlier")
    assert address_parts(opened) == {"from": "2026-11-01", "to": "2026-11-07"}
    opened.click("#later")
    assert address_parts(opened) == {"period": "7"}
    assert opened.run("document.getElementById('later').disabled")
    choose(opened, "from=2026-10-18&to=2026-10-24")
    opened.click("#earlier")
    assert address_parts(opened) == {"from": "2026-10-16", "to": "2026-10-22"}
    assert opened.run("document.getElementById('earlier').disabled")


def test_search_finds_stories_in_any_script(opened):
    find = "(() => { const e = document.getElementById('find'); e.value = %r; e.dispatchEvent(new Event('input')); })()"
    for words, title_start in (
        ("VIDEO studio", "Studio releases video model"),
        ("动画 動画生成", ""),
        ("動画生成", "動画生成モデル"),
    ):
        opened.run(find % words)
        titles = cells(opened, "#story-list h3")
        assert bool(titles) == bool(title_start)
        assert all(title.startswith(title_start) for title in titles)
    assert address_parts(opened)["find"] == "動画生成"
    opened.run(find % "no such words")
    assert "newsmill search" in cells(opened, "#no-stories")[0]


@pytest.mark.parametrize(
    "view", ["from=x&to=2026-13-99", "topics=nothing&period=-4", "show=range~x~y", "show=%E0~~", "by=&week=9"]
)
def test_invalid_address_shows_the_default_view(opened, address, view):
    choose(opened, view)
    assert cells(opened, "#topics h2 small") == ["16 Oct to 14 Nov 2026"]
    assert not opened.run("document.getElementById('sheet').open")
    assert opened.console == []


def test_weekly_table_matches_the_database(opened, database):
    choose(opened, "by=week&topics=ai_regulation")
    open_table(opened, "topic-table")
    shown = opened.run(
        "[...document.querySelectorAll('#topic-table tbody tr')].map("
        "(r) => [...r.children].slice(2, 5).map((c) => Number(c.textContent)))"
    )
    found = database.execute(
        "select stories, pages, outlets from trends.topic_weekly where topic = 'ai_regulation' order by week desc"
    ).fetchall()
    assert shown == [list(week) for week in found]


def test_stories_are_sorted_as_chosen(opened, address, database):
    for sort, column in (("", "outlets desc, pages desc"), ("newest", "first_seen desc")):
        choose(opened, f"sort={sort}")
        shown = opened.run("document.querySelector('#story-list .story').dataset.story")
        [(first,)] = database.execute(
            f"select story_id from trends.story_spread semi join (select story_id from trends.topic_pages "
            f"where not teaser_only) using (story_id) order by {column}, first_seen desc limit 1"
        ).fetchall()
        assert shown == first


def test_age_of_the_data_uses_the_clock_of_the_browser(opened):
    days = opened.run(f"Math.floor(Date.now() / 86400000) - Date.parse('{LAST}') / 86400000")
    texts = cells(opened, "#fresh-words") + cells(opened, "#checks [data-age='2026-11-14']")
    assert texts[0] == ("Data is current" if days <= 1 else f"Data is {days:.0f} days old")
    assert texts[1] == ("today" if days == 0 else "yesterday" if days == 1 else f"{days:.0f} days ago")


@pytest.mark.parametrize("make", [report_database.empty_database, lambda: one_day()], ids=["empty", "one day"])
def test_report_with_little_data_opens_without_errors(browser, tmp_path, make):
    path = tmp_path / "report.html"
    path.write_text(build_report(make(), report_database.MADE_AT, {}), encoding="utf-8")
    browser.screen(1280)
    browser.open(path.as_uri())
    assert browser.console == []
    if browser.run("document.getElementById('one-day') !== null"):
        assert browser.run(
            "!document.getElementById('one-day').hidden && document.getElementById('topic-chart').hidden"
        )
        assert cells(browser, "#no-change")[0].startswith("No change to show")
        assert cells(browser, "#no-entities")[0].startswith("No page names an entity")


def one_day():
    con = report_database.database_without_rows()
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    report_database.add_story(
        rows, report_database.random.Random(1), LAST, "ai_regulation", "en", "The only headline", 1
    )
    rows["topics.entities"] = []
    report_database.load_rows(con, rows)
    return con


def test_old_browser_shows_a_message_and_the_static_sections(browser, address):
    script = browser.send("Page.addScriptToEvaluateOnNewDocument", source="delete window.DecompressionStream")
    browser.send("Page.navigate", url="about:blank")
    browser.send("Page.navigate", url=address)
    browser.wait("document.readyState === 'complete' && document.getElementById('old-browser')")
    assert browser.run("!document.getElementById('old-browser').hidden")
    assert "newer browser" in cells(browser, "#old-browser")[0]
    assert cells(browser, "#burst-list > li")
    assert browser.run("getComputedStyle(document.getElementById('controls')).display") == "none"
    browser.send("Page.removeScriptToEvaluateOnNewDocument", identifier=script["identifier"])
    browser.open(address)
