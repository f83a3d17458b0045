"""What is asked of long tables comes back whole, and nothing else."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from newsmill.stories.blocking import often, sifted

CON = duckdb.connect(config={"threads": 1})
VALUES = st.lists(st.integers(0, 40) | st.integers(0, 2**64 - 1), max_size=60)


@settings(deadline=None, max_examples=20)
@given(VALUES, VALUES)
def test_sifted_rows_are_those_a_join_would_give(held, wanted):
    CON.register(
        "held", pl.DataFrame({"place": held, "row": range(len(held))}, {"place": pl.UInt64, "row": pl.Int64}).to_arrow()
    )
    rows = sifted(CON, "from held", "place", pl.Series(wanted, dtype=pl.UInt64))
    assert rows.rows() == [(value, row) for row, value in enumerate(held) if value in set(wanted)]


def test_rows_come_from_every_batch():
    rows = 250_000
    CON.execute(f"create table many as select hash(range) as place, range as row from range({rows})")
    some = np.arange(0, rows, 997)
    wanted = CON.execute("select place from many where row % 997 = 0").pl()["place"]
    found = sifted(CON, "from many", "place", pl.concat([wanted, pl.Series([1, 2, 3], dtype=pl.UInt64)]))
    assert found["row"].to_list() == some.tolist()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 4))
def test_what_is_there_often_is_never_missed(values, times):
    told = often(pl.Series(values, dtype=pl.UInt64), times).to_list()
    assert all(said for value, said in zip(values, told, strict=True) if values.count(value) >= times)
