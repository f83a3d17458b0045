"""The examples in docstrings are true."""

import doctest

import pytest

from newsmill.pages import authors, datewords, front, metadata, sitename, text


@pytest.mark.parametrize("module", [authors, datewords, front, metadata, sitename, text])
def test_examples(module):
    failed, tried = doctest.testmod(module)
    assert tried > 0
    assert failed == 0
