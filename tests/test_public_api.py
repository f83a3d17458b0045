"""The public functions of the package `newsmill`."""

import doctest
import subprocess
import sys

import pytest

import newsmill
from newsmill.pages.types import ParsedPage, Rejected

SENTENCE = "The ministry opened a consultation on rules for machine-made pictures, officials said on Tuesday."
HTML = f"<html><head><meta charset=gbk><title>Café rules</title></head><body><h1>Café rules</h1><p>{SENTENCE}</p>"


def test_example_in_the_docstring():
    failed, tried = doctest.testmod(newsmill)
    assert tried > 0
    assert failed == 0


def test_import_loads_no_library():
    script = "import sys, newsmill; print(*sorted({'polars', 'numpy', 'duckdb', 'numba'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_every_public_name_is_there_and_no_other():
    assert all(callable(getattr(newsmill, name)) for name in newsmill.__all__)
    with pytest.raises(AttributeError, match="no attribute 'read_pge'"):
        _ = newsmill.read_pge


@pytest.mark.parametrize("body", [HTML, HTML.replace("gbk", "utf-8").encode()], ids=["text", "bytes"])
def test_read_page(body):
    page = newsmill.read_page(body, url="https://news.example/2026/07/02/rules")
    assert isinstance(page, ParsedPage)
    assert (page.kind, page.title, page.language, page.text) == ("article", "Café rules", "en", SENTENCE)
    assert page.published is not None and page.published.at.date().isoformat() == "2026-07-02"


def test_read_page_rejects_what_is_not_a_page():
    with pytest.raises(Rejected) as caught:
        newsmill.read_page(b"%PDF-1.7")
    assert (caught.value.reason, "PDF" in caught.value.detail) == ("unsupported_content_type", True)
