"""Read and change the view of the report in the browser."""

from __future__ import annotations

import json
import shlex

from chromium import Chromium


def address_parts(browser: Chromium) -> dict[str, str]:
    return browser.run("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")


def cells(browser: Chromium, selector: str) -> list[str]:
    return browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent.trim())")


def choose(browser: Chromium, view: str) -> None:
    """Open a view of the page by its address."""
    browser.run("document.getElementById('sheet').open && document.getElementById('sheet').close()")
    browser.run(f"location.hash = {json.dumps(view)}")
    browser.run("new Promise((done) => setTimeout(done, 60))")


def sheet_command(browser: Chromium, selector: str = "#sheet-more code") -> str:
    """Return the SQL of the `newsmill query` command on the page."""
    [command] = cells(browser, selector)
    [newsmill, query, sql] = shlex.split(command)
    assert (newsmill, query) == ("newsmill", "query")
    return sql


def open_table(browser: Chromium, name: str) -> None:
    browser.run(f"document.getElementById('{name}').closest('details').open = true")
    browser.wait(f"document.querySelector('#{name} tbody tr')")


def shown_topics(browser: Chromium) -> dict[str, list[str]]:
    """Return the cells of the row of each topic."""
    return browser.run(
        "Object.fromEntries([...document.querySelectorAll('#topic-rows tbody tr')].map("
        "(r) => [r.dataset.topic, [...r.children].map((c) => c.textContent)]))"
    )
