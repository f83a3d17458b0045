# ruff: noqa: E501 - pages are written as sites write them
"""Bodies of article pages: complete, in order, and without what sites put around and between."""

import json

import numpy as np
import pytest

from newsmill.pages.bodies import extract
from newsmill.pages.bodies.blocks import split_blocks
from newsmill.pages.bodies.features import COLUMNS, CONTEXT_COLUMNS, compute_context, compute_features
from newsmill.pages.bodies.kernels import CAPITAL, CJK, COMMAS, DIGITS, ENDS, SENTENCES, count_characters
from newsmill.pages.bodies.model import WEIGHTS, load_models
from newsmill.pages.bodies.names import NAMES, compute_ancestor_flags
from newsmill.pages.html.tree import parse_html

EN = [
    "The harbour office said on Tuesday that the third crane had reached the port after nine days at sea.",
    "It will be lifted onto the new quay before the end of the month, if the wind allows, the harbour master told us.",
    "Two older cranes are to be taken down in spring; one of them has stood there since the port was built.",
    "“We have waited for this day for eleven years,” she said, while dockers cheered behind her.",
]
ZH = [
    "港口办公室周二表示，第三台起重机经过九天的海上航行已经抵达港口，工人们在码头上等候多时。",
    "如果风力允许，起重机将在本月底之前吊装到新码头上，港务局长对记者说，这是十一年来最大的工程。",
    "两台旧起重机将在春天拆除，其中一台自港口建成以来一直矗立在那里，许多居民对它很有感情。",
]
AR = [
    "قال مكتب الميناء يوم الثلاثاء إن الرافعة الثالثة وصلت إلى الميناء بعد تسعة أيام في البحر.",
    "وسيتم رفعها على الرصيف الجديد قبل نهاية الشهر إذا سمحت الرياح بذلك، كما قالت مديرة الميناء.",
    "ومن المقرر إزالة رافعتين قديمتين في الربيع، إحداهما قائمة هناك منذ بناء الميناء قبل خمسين عاما.",
]
BOILERPLATE = {
    "navigation": "<nav><ul>" + "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(12)) + "</ul></nav>",
    "cookies": "<div class='cookie-consent' role='dialog'><p>We use cookies to give you the best experience on our site."
    " By clicking accept you agree to our use of cookies, as described in our privacy policy.</p>"
    "<button>Accept all</button><button>Manage choices</button></div>",
    "share": "<div class='share-bar'><span>Share this article</span><a href='#'>Facebook</a><a href='#'>X</a>"
    "<a href='#'>Email</a></div>",
    "comments": "<section class='comments' id='comments'><h3>Comments (2)</h3><div class='comment'><b>Jan</b><p>I saw the"
    " crane from my window this morning, and it is far bigger than I had thought it would be.</p></div>"
    "<div class='comment'><b>Mia</b><p>Who pays for all this, I wonder, and why was nobody asked?</p></div></section>",
    "most read": "<aside class='most-read'><h3>Most read</h3><ol>"
    + "".join(
        f"<li><a href='/m{n}'>Headline number {n} of another article that many have read</a></li>" for n in range(5)
    )
    + "</ol></aside>",
    "newsletter": "<div class='newsletter-signup'><h4>Sign up for our newsletter</h4><p>Get the best of our port reporting"
    " delivered to your inbox every morning.</p><form><input type='email'><button>Sign up</button></form></div>",
    "footer": "<footer><p>© 2026 The Harbour Ledger. All rights reserved. Reproduction only with permission.</p>"
    "<a href='/about'>About us</a><a href='/contact'>Contact</a></footer>",
}


def page(paragraphs=tuple(EN), extra="", title="Third crane reaches the port", language="en", direction="ltr"):
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html lang='{language}' dir='{direction}'><head><title>{title}</title></head><body>{BOILERPLATE['navigation']}"
        f"{BOILERPLATE['cookies']}<main><article class='post'><h1>{title}</h1><div class='byline'>By Ann Poe, 3 May 2026</div>"
        f"{BOILERPLATE['share']}<div class='post-body'>{body}{extra}</div></article>{BOILERPLATE['newsletter']}{BOILERPLATE['comments']}"
        f"{BOILERPLATE['most read']}</main>{BOILERPLATE['footer']}</body></html>"
    )


def extract_paragraphs(html, title="Third crane reaches the port"):
    return extract.extract_with_model(parse_html(html), title).paragraphs


@pytest.mark.parametrize("name", BOILERPLATE)
def test_boilerplate_is_not_in_the_body(name):
    body = "\n".join(extract_paragraphs(page()))
    lines = [line for line in parse_html(BOILERPLATE[name]).lines(0) if len(line) >= 12]
    # The tree already leaves out menus and footers.
    assert lines or name in ("navigation", "footer", "share")
    assert not [line for line in lines if line in body]


@pytest.mark.parametrize(
    ("paragraphs", "language", "direction"),
    [(EN, "en", "ltr"), (ZH, "zh", "ltr"), (AR, "ar", "rtl")],
    ids=["English", "Chinese", "Arabic"],
)
def test_paragraphs_keep_their_order(paragraphs, language, direction):
    body = extract_paragraphs(page(paragraphs * 2, language=language, direction=direction))
    assert [text for text in body if text in paragraphs] == list(paragraphs) * 2


def test_headings_lists_quotes_and_tables_are_in_the_body():
    extra = (
        "<h2>What comes next</h2><p>The port has listed three steps that follow in the coming weeks, it said.</p>"
        "<ul><li>The crane is lifted onto the quay by a floating crane.</li><li>Its rails are tested with weights.</li></ul>"
        "<blockquote><p>Nobody will be in danger at any moment of these works, the harbour master said.</p></blockquote>"
        "<table><tr><td>Height</td><td>Eighty metres</td></tr><tr><td>Weight</td><td>Nine hundred tonnes</td></tr></table>"
        f"<p>{EN[0]} So it stands in the plan that the council agreed to.</p>"
    )
    body = extract_paragraphs(page(extra=extra))
    expected = [
        "What comes next",
        "The crane is lifted onto the quay by a floating crane.",
        "Nobody will be in danger at any moment of these works, the harbour master said.",
        "Height | Eighty metres",
        "Weight | Nine hundred tonnes",
    ]
    assert [text for text in body if text in expected] == expected


def test_preformatted_text_keeps_its_lines():
    verse = "The crane came in on a northern wind\nand stood on the deck like a tower of tin,\nand all of the town came down to the quay"
    body = extract_paragraphs(page(extra=f"<pre>{verse}</pre><p>{EN[1]}</p>"))
    assert [line for line in body if line in verse] == verse.split("\n")


def test_text_separated_only_by_line_breaks_is_read():
    html = (
        f"<html><body>{BOILERPLATE['navigation']}<td><div id='text'>{'<br><br>'.join(EN * 2)}</div></td></body></html>"
    )
    assert [text for text in extract_paragraphs(html) if text in EN] == EN * 2


@pytest.mark.parametrize(
    ("probabilities", "widths", "expected"),
    [
        ([0.02, 0.95, 0.9, 0.45, 0.02], [20, 300, 300, 200, 90], [1, 2]),
        ([0.02, 0.42, 0.47, 0.45, 0.02], [20, 300, 300, 300, 90], [1, 2, 3]),
        ([0.02, 0.42, 0.02, 0.45, 0.12], [20, 300, 300, 300, 900], [1, 3]),
        ([0.95, 0.3, 0.28, 0.9], [300, 20, 20, 300], [0, 1, 2, 3]),
        ([0.95, 0.3, 0.1, 0.9], [300, 20, 20, 300], [0, 3]),
        ([0.1, 0.15, 0.05], [300, 300, 300], []),
        ([0.0, 0.0], [0, 0], []),
    ],
    ids=[
        "high probabilities: an uncertain end is left out",
        "medium probabilities: all are selected",
        "less likely blocks are not",
        "blocks between are selected",
        "blocks between are not if one is unlikely",
        "low probabilities: none",
        "no text at all",
    ],
)
def test_selected_blocks_have_the_best_expected_f1(probabilities, widths, expected):
    selected = extract.select_blocks(np.array(probabilities, np.float32), np.array(widths, np.float64))
    assert selected.nonzero()[0].tolist() == expected


def test_page_without_text_has_no_body_and_full_doubt():
    extracted = extract.extract_with_model(parse_html("<html><body><div></div></body></html>"))
    assert (extracted.paragraphs, extracted.doubt) == ([], 1.0)


def test_trafilatura_is_the_fallback_only_in_doubt(monkeypatch):
    html = page()
    tree = parse_html(html)
    monkeypatch.setattr(extract, "extract_with_trafilatura", lambda html, url: ["What trafilatura extracts."])
    certain = extract.extract_body(tree, html, None)
    assert certain.extracted_by == extract.OWN_EXTRACTOR and certain.doubt <= extract.MAX_DOUBT
    monkeypatch.setattr(extract, "MAX_DOUBT", -1.0)
    monkeypatch.setattr(extract, "SHORT_BODY_WIDTH", 100_000)
    uncertain = extract.extract_body(tree, html, None)
    assert (uncertain.extracted_by, uncertain.paragraphs) == (
        extract.FALLBACK_EXTRACTOR,
        ["What trafilatura extracts."],
    )
    monkeypatch.setattr(extract, "extract_with_trafilatura", lambda html, url: [])
    assert extract.extract_body(tree, html, None).extracted_by == extract.OWN_EXTRACTOR
    monkeypatch.setattr(extract, "extract_with_trafilatura", lambda html, url: ["Again."])
    monkeypatch.setattr(extract, "SHORT_BODY_WIDTH", 100)
    assert extract.extract_body(tree, html, None).extracted_by == extract.OWN_EXTRACTOR
    monkeypatch.setattr(extract, "SHORT_BODY_WIDTH", 100_000)
    monkeypatch.setattr(extract, "MAX_FALLBACK_CHARS", 5)
    assert extract.extract_body(tree, html, None).extracted_by == extract.OWN_EXTRACTOR


def test_trafilaturas_marks_are_removed():
    paragraphs = extract.extract_with_trafilatura(page(extra=f"<ul><li>{EN[0]}</li></ul>"), None)
    assert EN[1] in paragraphs and not any(line.startswith(("-", "|")) for line in paragraphs)


def test_blocks_end_at_line_breaks_and_count_linked_characters():
    tree = parse_html("<div>One <a href='/'>two</a> three<p>four</p><a href='/'>five <b>six</b></a></div>")
    blocks = split_blocks(tree, tree.body)
    assert blocks.texts == ["One two three", "four", "five six"]
    assert blocks.linked_chars.tolist() == [3, 0, 7]
    assert [tree.tags[holder] for holder in blocks.holders] == ["div", "p", "div"]


def test_names_are_read_in_any_spelling_and_inherited():
    tree = parse_html(
        "<div class='ArticleBody_text__x9'><section id='most-read'><p class='mainContent'>a</p></section>"
        "<p style='display: none'>b</p></div>"
    )
    first, second = tree.all("p")
    near, inside, depths = compute_ancestor_flags(tree, np.array([first, second]))
    bit = {name: 1 << number for number, name in enumerate(NAMES)}
    assert inside[0] & bit["article"] and inside[0] & bit["article_content"] and inside[0] & bit["related"]
    assert near[0] & bit["main"] and near[0] & bit["content"] and not near[1] & bit["related"]
    assert near[1] & bit["hidden"] and not near[0] & bit["hidden"] and depths[0] == depths[1] + 1


@pytest.mark.parametrize(
    ("text", "cjk", "digits", "sentences", "commas", "ends", "capital"),
    [
        ("In 2026, it rained. Then, it snowed!", 0, 4, 2, 2, 1, 1),
        ("雨が降った。雪も、降った", 10, 0, 1, 1, 0, 0),
        ("версия 1.5 of it", 0, 2, 0, 0, 0, 0),
        ("“Да.”", 0, 0, 1, 0, 1, 0),
        ("", 0, 0, 0, 0, 0, 0),
    ],
)
def test_characters_are_counted(text, cjk, digits, sentences, commas, ends, capital):
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    [counts] = count_characters(codes, np.array([len(text)]))
    counted = [int(counts[kind]) for kind in (CJK, DIGITS, SENTENCES, COMMAS, ENDS, CAPITAL)]
    assert counted == [cjk, digits, sentences, commas, ends, capital]


def test_features_match_their_column_names():
    tree = parse_html(page())
    features, layout = compute_features(tree, split_blocks(tree, tree.body), "Third crane reaches the port")
    context = compute_context(layout, np.full(features.shape[1], 0.5, np.float32))
    assert features.shape[0] == len(COLUMNS) and context.shape == (len(CONTEXT_COLUMNS), features.shape[1])
    assert np.isfinite(features).all() and np.isfinite(context).all()
    assert features[COLUMNS.index("call_to_action")].any() and features[COLUMNS.index("is_h1")].sum() == 1


def test_compiled_trees_equal_a_walk_of_the_stored_ones():
    tree = parse_html(page())
    features, _ = compute_features(tree, split_blocks(tree, tree.body), None)
    stored = json.loads(WEIGHTS.read_text("utf-8"))["by_itself"]

    def walk(block, tree):
        node = 0
        while node >= 0:
            value = block[COLUMNS.index(tree["column"][node])]
            node = tree["then" if value <= np.float32(tree["at_most"][node]) else "else"][node]
        return float(tree["leaf"][-1 - node])

    expected = [1 / (1 + np.exp(-sum(walk(block, tree) for tree in stored))) for block in features.T]
    assert load_models()[0].predict(features) == pytest.approx(expected, abs=1e-4)
