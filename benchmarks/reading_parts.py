"""The CPU time of the parts of reading a page, without the parts that they call."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

REST = "rest"
# By part: the functions whose time it is, as their callers find them.
PARTS = {
    "decode": ("read:detect_format", "read:decode_with_utf8"),
    "parse": ("html.tree:LexborHTMLParser",),
    "limits": ("html.tree:check_markup",),
    "tree": ("html_page:parse_html",),
    "metadata": ("html.json_ld:parse_json_ld", "html.metadata:extract_canonical_url", "html.metadata:extract_title"),
    "links": (
        "links.section_front:extract_section_front",
        "links.related:find_related_blocks",
        "links.teasers:extract_teasers",
        "html_page:remove_teasers",
    ),
    "blocks": ("bodies.blocks:split_blocks",),
    "features": ("bodies.features:compute_features",),
    "model": ("bodies.model:predict_body", "bodies.extract:select_blocks"),
    "trafilatura": ("bodies.extract:extract_with_trafilatura",),
    "dates": ("dates.resolve:resolve_dates",),
    "htmldate": ("dates.resolve:_guess_with_htmldate",),
    "authors": ("authors:extract_authors",),
    "repeats": ("read:remove_repeats",),
    "language": ("read:detect_page",),
}
FLOOR = ("decode", "parse")  # what no reader can do without


@contextmanager
def measured_parts() -> Iterator[dict[str, float]]:
    """Measure the parts: within the `with` block, every call adds its milliseconds to the part's."""
    costs: dict[str, float] = defaultdict(float)
    callers: list[str] = []
    last = time.process_time_ns()

    def pass_time() -> None:
        nonlocal last
        now = time.process_time_ns()
        costs[callers[-1] if callers else REST] += (now - last) / 1e6
        last = now

    def measure(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*args: Any, **options: Any) -> Any:
            pass_time()
            callers.append(part)
            try:
                return function(*args, **options)
            finally:
                pass_time()
                callers.pop()

        return measured

    replaced: list[tuple[Any, str, Any]] = []
    for part, names in PARTS.items():
        for name in names:
            module_name, _, attribute = name.partition(":")
            module = import_module(f"newsmill.pages.{module_name}")
            function = getattr(module, attribute)
            replaced.append((module, attribute, function))
            setattr(module, attribute, measure(part, function))
    try:
        last = time.process_time_ns()
        yield costs
        pass_time()
    finally:
        for module, attribute, function in replaced:
            setattr(module, attribute, function)
