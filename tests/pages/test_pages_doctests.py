"""The examples in docstrings are correct."""

import doctest

import pytest

from newsmill.pages import authors, read, text
from newsmill.pages.dates import parse
from newsmill.pages.html import metadata, site_name
from newsmill.pages.languages import detect
from newsmill.pages.links import section_front


@pytest.mark.parametrize("module", [authors, detect, parse, read, section_front, metadata, site_name, text])
def test_examples(module):
    failed, tried = doctest.testmod(module)
    assert tried > 0
    assert failed == 0
