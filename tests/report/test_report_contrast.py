"""Contrast of the colors in both themes: at least 4.5 to 1 for text, 3 to 1 for marks."""

from __future__ import annotations

import re

import pytest

from newsmill.report.page import STYLES, read_assets

PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
BASE = read_assets("css", STYLES[:1])
ROOT = {name: colors for name, *colors in PAIR.findall(BASE.split(".parts {")[0])}
THEMES = ("light", "dark")
TEXT = ("ink", "muted", "accent", "good", "warn", "bad")
SURFACES = ("paper", "card", "wash")


def luminance(color: str) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    bright, dim = sorted((luminance(first), luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_contrast_matches_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=THEMES)
@pytest.mark.parametrize("name", TEXT)
def test_text_is_readable_on_every_surface(name, theme):
    for surface in SURFACES:
        assert contrast(ROOT[name][theme], ROOT[surface][theme]) >= 4.5, surface


@pytest.mark.parametrize("theme", [0, 1], ids=THEMES)
def test_marked_phrase_and_pressed_button_are_readable(theme):
    assert contrast(ROOT["ink"][theme], ROOT["mark"][theme]) >= 4.5
    assert contrast(ROOT["paper"][theme], ROOT["ink"][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=THEMES)
def test_topic_colors_contrast_with_the_background(theme):
    for number in range(8):
        assert contrast(ROOT[f"c{number}"][theme], ROOT["paper"][theme]) >= 4.5, number


@pytest.mark.parametrize("theme", [0, 1], ids=THEMES)
@pytest.mark.parametrize("chart", ["parts", "verdicts"])
def test_bars_and_control_borders_contrast_with_the_background(chart, theme):
    colors_by_name = {name: colors for name, *colors in PAIR.findall(re.search(rf"\.{chart} {{(.*?)}}", BASE, re.S)[1])}
    assert len(colors_by_name) in (3, 6)
    for name, colors in colors_by_name.items():
        assert contrast(colors[theme], ROOT["paper"][theme]) >= 3, name
    assert contrast(ROOT["edge"][theme], ROOT["card"][theme]) >= 3


def test_every_color_is_defined_for_both_themes():
    styles = read_assets("css", STYLES)
    stated = re.sub(r"light-dark\([^)]*\)", "", styles)
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[;, )])", stated)


@pytest.mark.parametrize("theme", [0, 1], ids=THEMES)
def test_page_lines_contrast_with_the_background(theme):
    assert contrast(ROOT["whole"][theme], ROOT["paper"][theme]) >= 3
