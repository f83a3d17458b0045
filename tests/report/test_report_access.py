"""Accessibility in a browser: keyboard, themes, small screens, print, reduced motion."""

from __future__ import annotations

TAB, ENTER, ESCAPE = ("Tab", 9), ("Enter", 13), ("Escape", 27)
FOCUS = """(() => {
  const e = document.activeElement;
  const style = getComputedStyle(e.matches("input[type=checkbox]") ? e.parentElement : e);
  const name = e.id || e.name || e.dataset.period || e.dataset.by || e.className || e.tagName;
  return [name, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];
})()"""


def test_all_controls_are_reachable_by_keyboard_with_visible_focus(browser, address):
    browser.screen(1280)
    browser.open(address)
    seen = []
    for _ in range(45):
        browser.press(*TAB)
        seen.append(browser.run(FOCUS))
    assert seen[0][0] == "skip"
    assert {"theme", "all-topics", "topic", "7", "all", "from", "to", "day", "week"} <= {name for name, _ in seen}
    # In a date input the browser marks the day, month or year instead.
    assert all(visible for name, visible in seen if name not in ("from", "to")), seen
    browser.run("document.querySelector('#burst-list .sheet-link').focus()")
    browser.press(*ENTER)
    browser.wait("document.getElementById('sheet').open")
    assert browser.run("document.getElementById('sheet').contains(document.activeElement)")
    browser.press(*ESCAPE)
    browser.wait("!document.getElementById('sheet').open")
    assert browser.run("document.activeElement.closest('#burst-list') !== null")  # focus returns


def test_theme_follows_the_system_until_switched(browser, address):
    browser.screen(1280)
    browser.prefer(prefers_color_scheme="dark")
    browser.open(address)
    paper = "getComputedStyle(document.body).backgroundColor"
    assert browser.run(paper) == "rgb(20, 22, 25)"
    line = "getComputedStyle(document.querySelector('#topic-chart .mark-line path')).stroke"
    dark_line = browser.run(line)
    browser.click("#theme")
    assert browser.run(paper) == "rgb(250, 249, 246)"
    assert browser.run(line) != dark_line
    browser.run("localStorage.clear()")
    browser.prefer(prefers_color_scheme="light")


def test_page_fits_a_phone_with_all_details_open(browser, address):
    browser.screen(360, 740)
    browser.prefer(prefers_reduced_motion="reduce")
    browser.open(address)
    browser.run("[...document.querySelectorAll('details')].forEach((e) => { e.open = true; })")
    assert browser.run("[document.documentElement.scrollWidth, innerWidth]") == [360, 360]
    browser.click("#burst-list .sheet-link")
    browser.wait("document.getElementById('sheet').open")
    assert browser.run("document.getElementById('sheet').scrollWidth <= 360")
    widest = browser.run(
        "Math.max(...[...document.querySelectorAll('#sheet *')].map((e) => e.getBoundingClientRect().right))"
    )
    assert widest <= 360
    for show in ("reconciliation~", "site~*~2026-10-16~2026-11-14~ai_regulation"):
        browser.run("document.getElementById('sheet').close()")
        browser.run(f"location.hash = 'topics=ai_regulation&show={show}'")
        browser.wait("document.getElementById('sheet').open")
        assert browser.run("document.getElementById('sheet').scrollWidth <= 360")
    browser.run("document.getElementById('sheet').close()")
    browser.wait("document.documentElement.scrollWidth === 360")
    browser.screen(1280)


def test_print_hides_controls_and_reduced_motion_disables_scrolling_effects(opened):
    opened.prefer("print")
    assert opened.run("getComputedStyle(document.getElementById('controls')).display") == "none"
    assert opened.run("document.documentElement.scrollWidth <= innerWidth")
    opened.prefer(prefers_reduced_motion="reduce")
    assert opened.run("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    opened.prefer(prefers_color_scheme="light")
