"""SQL literals, for statements that take no parameters: views, COMMENT ON, ATTACH, COPY."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable


def quote_literal(text: str) -> str:
    """Return a text as a SQL string literal.

    >>> quote_literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def date_list(dates: Iterable[dt.date]) -> str:
    """Return dates as SQL literals for `in (...)`; `null`, which no date equals, for none.

    >>> date_list([dt.date(2026, 3, 1), dt.date(2026, 3, 2)])
    "date '2026-03-01', date '2026-03-02'"
    """
    return ", ".join(f"date '{date.isoformat()}'" for date in dates) or "null"
