"""What a table is: its name, its grain, its columns with a type and a sentence each.

Every room states the tables it fills in its own `tables.py`; the warehouse creates them from there, the
Dagster assets show them, and frames are held against them before they land.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

type_names: dict[pl.DataType, str] = {
    pl.String(): "VARCHAR",
    pl.Boolean(): "BOOLEAN",
    pl.Int16(): "SMALLINT",
    pl.Int32(): "INTEGER",
    pl.Int64(): "BIGINT",
    pl.UInt64(): "UBIGINT",
    pl.Float64(): "DOUBLE",
    pl.Date(): "DATE",
    pl.Datetime("us"): "TIMESTAMP",
    pl.Binary(): "BLOB",
    pl.List(pl.String()): "VARCHAR[]",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, its Polars type, a sentence for those who query it."""

    name: str
    dtype: pl.DataType
    text: str
    required: bool = True

    @property
    def sql_type(self) -> str:
        return type_names[self.dtype]


@dataclass(frozen=True)
class Table:
    """One table of the warehouse. `grain` says what a row is; timestamps are UTC unless the column says otherwise."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, in order and cast to its types.

        Raises:
            ValueError: when a column is missing or can't be cast; a fault of ours, not of the input.
        """
        missing = [name for name in self.schema if name not in frame.columns]
        if missing:
            raise ValueError(f"{self.name}: the frame lacks the columns {', '.join(missing)}")
        return frame.select(pl.col(name).cast(dtype) for name, dtype in self.schema.items())
