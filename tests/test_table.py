"""Tables: a frame is held against the contract before it lands."""

from __future__ import annotations

import polars as pl
import pytest

from newsmill.table import Column, Table
from newsmill.warehouse.schema import TABLES

PETS = Table("zoo.pets", "one pet", (Column("name", pl.String(), "Name."), Column("legs", pl.Int32(), "Legs.")))


def test_conform_orders_casts_and_drops() -> None:
    frame = pl.DataFrame({"legs": [4], "colour": ["red"], "name": ["Rex"]})
    assert PETS.conform(frame).schema == PETS.schema
    assert PETS.conform(frame).rows() == [("Rex", 4)]


def test_conform_names_what_is_missing() -> None:
    with pytest.raises(ValueError, match=r"zoo\.pets: the frame lacks the columns legs"):
        PETS.conform(pl.DataFrame({"name": ["Rex"]}))


def test_every_column_of_every_table_has_a_sentence_and_a_sql_type() -> None:
    for table in TABLES:
        assert table.grain.startswith("one ") or table.grain.startswith("two "), table.name
        for column in table.columns:
            assert column.text.endswith("."), f"{table.name}.{column.name}"
            assert column.sql_type
