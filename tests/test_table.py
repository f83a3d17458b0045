"""Tables: frames are cast to their columns; every table and column is described."""

from __future__ import annotations

import re

import polars as pl
import pytest

from newsmill.table import SQL_TYPES, Column, Table
from newsmill.warehouse.schema import TABLES

PETS = Table("zoo.pets", "one pet", (Column("name", pl.String(), "Name."), Column("legs", pl.Int32(), "Legs.")))


def test_conform_orders_casts_and_drops() -> None:
    frame = pl.DataFrame({"legs": [4], "colour": ["red"], "name": ["Rex"]})
    assert PETS.conform(frame).schema == PETS.schema
    assert PETS.conform(frame).rows() == [("Rex", 4)]


def test_conform_names_the_missing_columns() -> None:
    with pytest.raises(ValueError, match=r"zoo\.pets: the frame lacks the columns legs"):
        PETS.conform(pl.DataFrame({"name": ["Rex"]}))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_has_its_own_name_a_sentence_and_a_sql_type(table: Table) -> None:
    assert table.columns
    assert len(table.schema) == len(table.columns)
    for column in table.columns:
        assert re.fullmatch(r"(xxh3-64|[A-Z0-9`\"]).{3,}\.", column.text, re.DOTALL), column.name
        assert column.sql_type == SQL_TYPES[column.dtype]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_grain_completes_the_sentence_of_the_tables_comment(table: Table) -> None:
    assert table.grain.strip() and not table.grain.endswith("."), table.grain
    assert table.description == f"A row is {table.grain}."
