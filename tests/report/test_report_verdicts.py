"""Every number of the reconciliation leads to its reasons and records, and to the query that lists them all."""

from __future__ import annotations

import report_database
from rendered_report import cells, choose, command_behind, open_table
from report_database import LAST

from newsmill.pages.tables import PAGES
from newsmill.quality.tables import LEDGER
from newsmill.report import verdicts
from newsmill.report.reconciliation import reconciliation
from newsmill.report.verdicts import verdict_data
from newsmill.sources.tables import RECORDS

REASONS = """
with final as (
    select l.verdict, l.ingest_date,
           case l.verdict when 'kept' then p.kind else coalesce(l.reason, 'no_reason') end as reason
    from quality.ledger l left join clean.pages p using (record_id)
    where l.verdict = 'quarantined' or l.stage = 'stories')
select verdict, reason, ingest_date, count(*) from final group by all
"""


def test_reasons_of_every_verdict_and_date_are_those_of_the_ledger(facts, world):
    told = facts["reconciliation"]
    shown = {
        (verdict, reason, told["date"][place]): records
        for verdict, _, reason, _, by_date in told["parts"]
        for place, records in by_date.items()
    }
    found = world.execute(REASONS).fetchall()
    assert shown == {(verdict, reason, str(date)): records for verdict, reason, date, records in found}
    for verdict in ("kept", "merged", "quarantined"):
        of_all = sum(total for own, _, _, total, _ in told["parts"] if own == verdict)
        assert of_all == told["all"][verdict] == sum(told[verdict])


def test_rare_reasons_are_counted_together(world, monkeypatch):
    monkeypatch.setattr(verdicts, "REASONS", 1)
    parts = verdict_data(world, *reconciliation(world, 366))["parts"]
    shown = {reason: total for verdict, _, reason, total, _ in parts if verdict == "quarantined"}
    found = world.execute("select reason, count(*) from quality.quarantine group by 1 order by 2 desc, 1").fetchall()
    assert shown == dict(found[:1]) | {"": sum(records for _, records in found[1:])}


def test_newest_records_are_told_with_address_file_and_why(facts, world):
    found = {
        (verdict, str(date), url): (reason, path, detail)
        for verdict, date, url, reason, path, detail in world.execute(
            """select l.verdict, l.ingest_date, r.url, l.reason, r.source_path, l.detail
               from quality.ledger l join raw.records r using (record_id) where l.verdict = 'quarantined'"""
        ).fetchall()
    }
    told = [one for one in facts["reconciliation"]["newest"] if one[0] == "quarantined"]
    assert told[0][2] == max(date for _, date, _ in found)
    for verdict, reason, date, url, path, text, _ in told:
        assert found[verdict, date, url] == (reason, path, text)
    dates = {date for verdict, _, date, *_ in facts["reconciliation"]["newest"] if verdict == "merged"}
    assert len(dates) >= 10
    stories = {story["id"] for story in facts["stories"]}
    assert all(one[6] in stories for one in facts["reconciliation"]["newest"] if one[0] == "merged")


def test_number_of_a_date_leads_to_its_reasons_and_to_all_its_records(opened, world):
    open_table(opened, "reconciliation-rows")
    for place, verdict in ((2, "kept"), (3, "merged"), (4, "quarantined")):
        number = f"#reconciliation-rows tr:has(td:nth-child(5) a) td:nth-child({place + 1}) a"
        said = int(opened.run(f"document.querySelector('{number}').textContent"))
        opened.click(number)
        opened.wait("document.getElementById('sheet').open")
        counted = opened.run(
            "[...document.querySelectorAll('#sheet-body tbody tr')].map((r) => Number(r.lastChild.textContent))"
        )
        assert sum(counted) == said
        records = cells(opened, "#sheet-body .members > li")
        assert len(records) == min(said, verdicts.RECORDS_A_DATE)
        assert len(world.execute(command_behind(opened, "#sheet-body code")).fetchall()) == said, verdict
        opened.run("document.getElementById('sheet').close()")


def test_sum_of_all_dates_leads_to_every_reason_and_a_merged_record_to_its_story(opened, world):
    opened.click(".equation span:nth-of-type(3) .behind")
    opened.wait("document.getElementById('sheet').open")
    found = world.execute(
        "select coalesce(reason, 'no reason'), format('{:,}', count(*)) from quality.ledger "
        "where verdict = 'merged' group by 1"
    ).fetchall()
    shown = opened.run(
        "Object.fromEntries([...document.querySelectorAll('#sheet-body tbody tr')].map("
        "(r) => [r.children[0].textContent, r.children[1].textContent]))"
    )
    assert shown == dict(found)
    opened.click("#sheet-body .members .behind")
    opened.wait("document.querySelectorAll('#sheet-list .story').length === 1")
    opened.run("document.getElementById('sheet').close()")


def test_bar_of_the_chart_leads_to_its_records(opened):
    bar = "document.querySelector('#reconciliation-chart .mark-rect path')"
    opened.run(f"{bar}.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))")
    opened.wait("document.getElementById('sheet').open")
    assert cells(opened, "#sheet-title")[0].startswith("Records of ")


def test_unknown_reconciliation_address_opens_nothing(opened):
    for show in ("reconciliation~stolen~2026-11-14", "reconciliation~kept~1999-01-01", "story~nothing"):
        choose(opened, f"show={show}")
        assert not opened.run("document.getElementById('sheet').open")
    assert opened.console == []


def test_record_out_of_balance_is_told():
    con = report_database.bare_world()
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    report_database.add_story(
        rows, report_database.random.Random(1), LAST, "ai_regulation", "en", "The only headline", 3
    )
    lost = rows["quality.ledger"].pop()["record_id"]
    for table in (RECORDS, LEDGER, PAGES):
        report_database.add(con, table, rows[table.name])
    newest = verdict_data(con, *reconciliation(con, 366))["newest"]
    [told] = [one for one in newest if one[0] == "unreconciled"]
    [(url,)] = con.execute("select url from raw.records where record_id = ?", [lost]).fetchall()
    assert told[2:4] == [str(LAST), url]
    assert told[5] == "came in 1 times: 0 kept, 0 merged, 0 quarantined"
