"""Numbers of the reconciliation open their reasons, their records and the query that lists all records."""

from __future__ import annotations

import report_database
from rendered_report import cells, choose, open_table, sheet_command
from report_database import LAST

from newsmill.pages.tables import PAGES
from newsmill.quality.tables import LEDGER
from newsmill.report.sections import ledger
from newsmill.report.sections.ledger import reconciliation_data
from newsmill.report.sections.reconciliation import read_reconciliation
from newsmill.sources.tables import RECORDS

REASONS = """
with final as (
    select l.verdict, l.ingest_date,
           case l.verdict when 'kept' then p.kind else coalesce(l.reason, 'no_reason') end as reason
    from quality.ledger l left join clean.pages p using (record_id)
    where l.verdict = 'quarantined' or l.stage = 'stories')
select verdict, reason, ingest_date, count(*) from final group by all
"""


def test_reasons_by_verdict_and_date_match_the_ledger(data, database):
    reconciliation = data["reconciliation"]
    shown = {
        (verdict, reason, reconciliation["date"][index]): records
        for verdict, _, reason, _, by_date in reconciliation["reasons"]
        for index, records in enumerate(by_date)
        if records
    }
    found = database.execute(REASONS).fetchall()
    assert shown == {(verdict, reason, str(date)): records for verdict, reason, date, records in found}
    for verdict in ("kept", "merged", "quarantined"):
        of_all = sum(total for name, _, _, total, _ in reconciliation["reasons"] if name == verdict)
        assert of_all == reconciliation["totals"][verdict] == sum(reconciliation[verdict])


def test_rare_reasons_are_counted_together(database, monkeypatch):
    monkeypatch.setattr(ledger, "MAX_REASONS", 1)
    parts = reconciliation_data(database, *read_reconciliation(database, 366))["reasons"]
    shown = {reason: total for verdict, _, reason, total, _ in parts if verdict == "quarantined"}
    found = database.execute("select reason, count(*) from quality.quarantine group by 1 order by 2 desc, 1").fetchall()
    assert shown == dict(found[:1]) | {"": sum(records for _, records in found[1:])}


def test_newest_records_have_url_file_and_detail(data, database):
    found = {
        (verdict, str(date), url): (reason, path, detail)
        for verdict, date, url, reason, path, detail in database.execute(
            """select l.verdict, l.ingest_date, r.url, l.reason, r.source_path, l.detail
               from quality.ledger l join raw.records r using (record_id) where l.verdict = 'quarantined'"""
        ).fetchall()
    }
    records = [item for item in data["reconciliation"]["newest_records"] if item[0] == "quarantined"]
    assert records[0][2] == max(date for _, date, _ in found)
    for verdict, reason, date, url, path, text, _ in records:
        assert found[verdict, date, url] == (reason, path, text)
    dates = {date for verdict, _, date, *_ in data["reconciliation"]["newest_records"] if verdict == "merged"}
    assert len(dates) >= 10
    stories = {story["id"] for story in data["stories"]}
    assert all(item[6] in stories for item in data["reconciliation"]["newest_records"] if item[0] == "merged")


def test_number_of_a_date_opens_its_reasons_and_records(opened, database):
    open_table(opened, "reconciliation-rows")
    for column, verdict in ((2, "kept"), (3, "merged"), (4, "quarantined")):
        number = f"#reconciliation-rows tr:has(td:nth-child(5) a) td:nth-child({column + 1}) a"
        count = int(opened.run(f"document.querySelector('{number}').textContent"))
        opened.click(number)
        opened.wait("document.getElementById('sheet').open")
        counted = opened.run(
            "[...document.querySelectorAll('#sheet-body tbody tr')].map((r) => Number(r.lastChild.textContent))"
        )
        assert sum(counted) == count
        records = cells(opened, "#sheet-body .members > li")
        assert len(records) == min(count, ledger.MAX_RECORDS_PER_DATE)
        assert len(database.execute(sheet_command(opened, "#sheet-body code")).fetchall()) == count, verdict
        opened.run("document.getElementById('sheet').close()")


def test_total_opens_all_reasons_and_a_merged_record_opens_its_story(opened, database):
    opened.click(".equation span:nth-of-type(3) .sheet-link")
    opened.wait("document.getElementById('sheet').open")
    found = database.execute(
        "select coalesce(reason, 'no reason'), format('{:,}', count(*)) from quality.ledger "
        "where verdict = 'merged' group by 1"
    ).fetchall()
    shown = opened.run(
        "Object.fromEntries([...document.querySelectorAll('#sheet-body tbody tr')].map("
        "(r) => [r.children[0].textContent, r.children[1].textContent]))"
    )
    assert shown == dict(found)
    opened.click("#sheet-body .members .sheet-link")
    opened.wait("document.querySelectorAll('#sheet-list .story').length === 1")
    opened.run("document.getElementById('sheet').close()")


def test_bar_of_the_chart_opens_its_records(opened):
    bar = "document.querySelector('#reconciliation-chart .mark-rect path')"
    opened.run(f"{bar}.dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))")
    opened.wait("document.getElementById('sheet').open")
    assert cells(opened, "#sheet-title")[0].startswith("Records of ")


def test_unknown_reconciliation_address_opens_nothing(opened):
    for show in ("reconciliation~stolen~2026-11-14", "reconciliation~kept~1999-01-01", "story~nothing"):
        choose(opened, f"show={show}")
        assert not opened.run("document.getElementById('sheet').open")
    assert opened.console == []


def test_unreconciled_record_is_listed():
    con = report_database.database_without_rows()
    rows: report_database.Rows = {name: [] for name in report_database.FILLED}
    report_database.add_story(
        rows, report_database.random.Random(1), LAST, "ai_regulation", "en", "The only headline", 3
    )
    lost = rows["quality.ledger"].pop()["record_id"]
    for table in (RECORDS, LEDGER, PAGES):
        report_database.add(con, table, rows[table.name])
    newest = reconciliation_data(con, *read_reconciliation(con, 366))["newest_records"]
    [record] = [item for item in newest if item[0] == "unreconciled"]
    [(url,)] = con.execute("select url from raw.records where record_id = ?", [lost]).fetchall()
    assert record[2:4] == [str(LAST), url]
    assert record[5] == "1 in raw.records, 0 kept, 0 merged, 0 quarantined"
