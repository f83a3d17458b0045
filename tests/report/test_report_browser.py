"""The report in a real browser: charts drawn, nothing on the console, no sideways scrolling on a phone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import report_world
from lxml import html as lxml_html
from report_world import text

from newsmill.report.build import build_report

PHONE = """<!doctype html><iframe src="report.html" style="width:360px;height:740px;border:0"></iframe><pre></pre>
<script>
onload = () => setTimeout(() => {
  const page = document.querySelector("iframe").contentDocument;
  for (const part of page.querySelectorAll("details")) part.open = true;
  const { scrollWidth, clientWidth } = page.documentElement;
  document.querySelector("pre").textContent = `${scrollWidth} in ${clientWidth}`;
}, 1000)</script>"""


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture
def opened(chromium: str, tmp_path: Path):
    """Opens a file and gives what became of it, and what the console said."""

    def open_file(name: str) -> tuple[lxml_html.HtmlElement, list[str]]:
        quiet = ("gpu", "quic", "background-networking", "component-update", "sync")
        done = subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--no-first-run", "--allow-file-access-from-files"),
                *(f"--disable-{one}" for one in quiet),
                *(f"--user-data-dir={tmp_path / 'profile'}", "--virtual-time-budget=8000"),
                *("--enable-logging=stderr", "--dump-dom", f"file://{tmp_path}/{name}"),
            ],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return lxml_html.document_fromstring(done.stdout), console

    return open_file


def test_charts_are_drawn_and_the_console_stays_silent(opened, report, tmp_path):
    (tmp_path / "report.html").write_text(report, encoding="utf-8")
    page, console = opened("report.html#topic=ai_regulation")
    assert console == []
    assert page.get("data-drawn") == "yes"
    drawn = {div.get("data-chart") for div in page.xpath("//div[@data-chart][.//*[name()='svg']]")}
    assert drawn == {"topics", "topic_pages", "sources", "languages", "books"}
    assert text(page.get_element_by_id("topic-caption")) == "AI regulation"
    shown = page.xpath('//div[@class="stories"][not(@hidden)]/@data-topic')
    assert shown == ["ai_regulation"]
    # The line of stories has a point a day, and the burst a rectangle.
    assert len(page.xpath("//div[@data-chart='topics']//*[@aria-roledescription='rect mark']")) == 1


def test_page_does_not_scroll_sideways_on_a_phone(opened, report, tmp_path):
    (tmp_path / "report.html").write_text(report, encoding="utf-8")
    (tmp_path / "phone.html").write_text(PHONE, encoding="utf-8")
    page, _ = opened("phone.html")
    scroll_width, client_width = text(page.xpath("//pre")[0]).split(" in ")
    assert scroll_width == client_width
    assert int(client_width) <= 360


def test_empty_report_opens_in_silence(opened, tmp_path):
    con = report_world.empty_world()
    (tmp_path / "report.html").write_text(build_report(con, report_world.MADE_AT, {}), encoding="utf-8")
    page, console = opened("report.html")
    assert console == []
    assert page.get("data-drawn") == "yes"
