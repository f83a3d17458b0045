"""newsmill: raw news pages go in, topic and trend tables come out. This package does not import Dagster.

`read_page` reads one page, `detect_languages` detects the languages of texts, `cluster` finds the stories among a
Polars frame of pages, `tag` finds their topics. The public functions are loaded on first use, so that `import newsmill`
stays fast.

    >>> import newsmill
    >>> newsmill.read_page("The port reopens\\n\\nThe port reopened on Tuesday, the harbor master said.\\n").title
    'The port reopens'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsmill.pages.languages.detect import detect_languages
    from newsmill.pages.read import read_page
    from newsmill.stories.in_memory import cluster
    from newsmill.topics.tag import tag

__version__ = "0.2.0"
__all__ = ["cluster", "detect_languages", "read_page", "tag"]

# Of the public functions.
_MODULES = {
    "cluster": "newsmill.stories.in_memory",
    "detect_languages": "newsmill.pages.languages.detect",
    "read_page": "newsmill.pages.read",
    "tag": "newsmill.topics.tag",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
