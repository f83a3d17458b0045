"""HTML as flat columns: structure, texts, and the parts that are left out."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsmill.pages.html import columns, lexbor, limits, tree, walk
from newsmill.pages.html.names import ATTRIBUTE_NUMBERS, TEXT
from newsmill.pages.html.tree import ROOT, html_to_lines, parse_html
from newsmill.pages.types import Rejected

PAGE = """<!doctype html><html><head><title>A title</title>
<script type="application/ld+json">{"a": "<b>"}</script><script>var hidden = 1</script></head>
<body><!-- nothing --><div class=" main "><h1>Head<b>line</b></h1><p>One <a href="/x">two</a>, three.</p>four<br>five
<ul><li>six</li><li>seven</li></ul></div><noscript><p>no script</p></noscript><pre>a  b
c</pre></body></html>"""


def test_columns_describe_the_structure() -> None:
    page = parse_html(PAGE)
    [div] = page.all("div")
    assert [page.tags[node] for node in page.children(div)] == ["h1", "p", "br", "ul"]
    assert page.tags[page.parents[div]] == "body" and page.body == page.parents[div]
    assert page.get(div, "class") == "main" and page.get(div, "id") == ""
    assert [page.text(item) for item in page.all("li", under=div)] == ["six", "seven"]
    assert page.count("li", under=div) == 2 and page.count("li", under=page.all("h1")[0]) == 0
    assert page.first("video") is None and page.ancestor(page.all("li")[0], "div", "body") == div


def test_text_is_split_at_blocks_and_not_at_inline_elements() -> None:
    page = parse_html(PAGE)
    assert page.text(page.all("h1")[0]) == "Headline"
    assert page.lines(page.body) == ["Headline", "One two, three.", "four", "five", "six", "seven", "a b", "c"]


def test_invisible_content_is_dropped_but_json_ld_is_kept() -> None:
    page = parse_html(PAGE)
    assert "hidden" not in page.text(ROOT) and "no script" not in page.text(ROOT) and "nothing" not in page.text(ROOT)
    assert list(page.data.values()) == ['{"a": "<b>"}']


def test_menus_and_footers_are_left_out_unless_they_contain_the_content() -> None:
    page = parse_html("<nav><a>Home</a></nav><p>Text.</p><footer><p>Us</p></footer>")
    assert page.lines(ROOT) == ["Text."] and page.count("nav") == page.count("footer") == 1
    never_closed = parse_html("<nav><a>Home</a><main><h1>Head</h1><p>Text.</p></main><nav><a>More</a></nav>")
    assert never_closed.lines(ROOT) == ["Home", "Head", "Text.", "More"]


def test_nested_menus_are_cheap() -> None:
    started = time.process_time()
    assert len(parse_html("<nav>" * 900 + "<i>x</i>" * 50_000 + "<h1>Head</h1>")) > 100_000
    assert time.process_time() - started < 1.5


def test_text_is_cut_near_its_limit() -> None:
    page = parse_html("<p>" + "<b>word</b> " * 1000)
    assert 100 <= len(page.text(page.body, limit=100)) < 130


def test_siblings_are_found_from_both_sides() -> None:
    page = parse_html("<div>a<b>c<i>d</i></b>e<u></u></div>")
    for node in range(1, len(page)):
        previous = page.previous_sibling(node)
        assert previous is None or page.next_sibling(previous) == node
    [bold] = page.all("b")
    following = page.next_sibling(bold)
    assert following is not None and page.tags[following] == TEXT and page.piece(following) == "e"


@pytest.mark.parametrize("html", ["", "   ", "\0", "<!-- -->", "<", "&", "<html>", "</p>", "<script>", "<svg>x"])
def test_html_without_content_is_an_empty_tree(html: str) -> None:
    page = parse_html(html)
    assert page.size(ROOT) <= 1


def test_plain_text_is_split_at_blank_lines_and_html_at_blocks() -> None:
    assert html_to_lines("one\ntwo\n\nthree") == ["one two", "three"]
    assert html_to_lines("one<p>two &amp; three</p>four") == ["one", "two & three", "four"]


def test_too_large_and_too_deep_trees_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_NODES", 50)
    with pytest.raises(Rejected, match="too_large"):
        parse_html("<i>x</i>" * 60)
    assert len(parse_html("<i>x</i>" * 10)) == 23
    monkeypatch.setattr(tree, "MAX_DEPTH", 20)
    with pytest.raises(Rejected, match="too_deep"):
        parse_html("<div>" * 30)
    assert limits.MAX_OPEN_ELEMENTS > 20


PARTS = """<p> </p> <div> </div> <b> </b> <a> </a> <table><tr><td> </table> <br> <pre> </pre> <script> </script> <li>
text &amp; <!-- -->""".split()
MARKUP = st.lists(st.sampled_from([*PARTS, " ", "\n"]), max_size=40).map("".join)


@settings(deadline=None, max_examples=50)
@given(MARKUP)
def test_columns_are_consistent(html: str) -> None:
    page = parse_html(html)
    assert len(page.sizes) == len(page) + 1 and page.ends[ROOT] == len(page)
    for node in range(1, len(page)):
        parent = page.parents[node]
        assert parent < node < page.ends[node] <= page.ends[parent]
        assert page.sizes[node] <= page.sizes[node + 1]
    assert [node for tag in set(page.tags) - {TEXT} for node in page.all(tag) if node] == sorted(
        (node for node in page.elements()),
        key=lambda node: (list(set(page.tags) - {TEXT}).index(page.tags[node]), node),
    )


NODES = [
    "<nav>",
    "</nav>",
    "<nav><h1>x</h1>",
    "<nav><i itemprop=articleBody>x</i></nav>",
    "<pre>",
    "</pre>",
    "<x-y>",
    "</x-y>",
]
ATTRIBUTES = [
    "<p class='a b'>",
    "<p class>",
    "<p id='é' data-x=1>",
    "<a HREF='?a=1&amp;b'>",
    "<p class=''>",
    "<svg class=s xml:lang=fr xlink:href=x><h1>x",
]
SCRIPTS = [
    "<script type='application/LD+JSON'>{1}</script>",
    "<script type=x>1</script>",
    "<?php x ?>",
    "<!-- c -->",
    "\xa0",
    "\u3000é",
]


def get_columns(html: str, read: Callable[..., columns.Columns]) -> list[object]:
    data = html.encode()
    page = tree.Tree(read(LexborHTMLParser(data, scripting=True).root, len(data), 10_000, 100))
    values = [page.attribute(name) for name in ATTRIBUTE_NUMBERS]
    return [page.tags, page.parents, page.ends, page.sizes, page.offsets, page.whole, page.data, values, page.texts()]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from([*PARTS, *NODES, *ATTRIBUTES, *SCRIPTS, " ", "\n"]), max_size=30).map("".join))
def test_compiled_and_python_code_read_the_same_columns(html: str) -> None:
    assert lexbor.IS_CALLABLE
    assert get_columns(html, walk.read_columns) == get_columns(html, columns.read_columns_in_python)


def test_any_number_of_values_and_tags_is_read() -> None:
    html = "".join(f"<t{number} class='{number % 3000}'>x</t{number}>" for number in range(4000))
    page = parse_html(html)
    assert get_columns(html, walk.read_columns) == get_columns(html, columns.read_columns_in_python)
    assert page.get(page.all("t3999")[0], "class") == "999" and page.count("t0") == 1
    with pytest.raises(KeyError):
        page.get(ROOT, "onclick")  # an attribute that no column keeps


def test_pages_are_read_without_lexbors_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexbor, "IS_CALLABLE", False)
    assert parse_html(PAGE).lines(ROOT)[:2] == ["A title", "Headline"]
    monkeypatch.setattr(tree, "MAX_DEPTH", 20)
    with pytest.raises(Rejected, match="too_deep"):
        parse_html("<div>" * 30)
    monkeypatch.setattr(tree, "MAX_NODES", 10)
    with pytest.raises(Rejected, match="too_large"):
        parse_html("<i>x</i>" * 30)
