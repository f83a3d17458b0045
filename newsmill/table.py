"""The definition of a table: its name, its grain, and its columns with a type and a description each.

Every package defines the tables it fills in its own `tables.py`. The warehouse creates them from there, the Dagster
assets show them, and frames are cast to them before they are written.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SQL_TYPES: dict[pl.DataType, str] = {
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
    pl.List(pl.Float64()): "DOUBLE[]",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, its Polars type, and `text`, the description that analysts read as its comment."""

    name: str
    dtype: pl.DataType
    text: str
    required: bool = True

    @property
    def sql_type(self) -> str:
        """DuckDB's name of the type."""
        return SQL_TYPES[self.dtype]


@dataclass(frozen=True)
class Table:
    """One table of the warehouse.

    `grain` describes a row, as "one fetch of one URL at one time". Timestamps are UTC unless the column's description
    names another clock.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def description(self) -> str:
        """The table's comment."""
        return f"A row is {self.grain}."

    @property
    def descriptions(self) -> dict[str, str]:
        """The columns' comments, by column name."""
        return {column.name: column.text for column in self.columns}

    @property
    def schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def empty(self) -> pl.DataFrame:
        """Return a frame with this table's columns and no rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the frame with exactly this table's columns, in order and cast to its types.

        Raises:
            ValueError: when a column is missing or can't be cast: a bug in newsmill, not a fault of the input.
        """
        missing = [name for name in self.schema if name not in frame.columns]
        if missing:
            raise ValueError(f"{self.name}: the frame lacks the columns {', '.join(missing)}")
        return frame.select(pl.col(name).cast(dtype) for name, dtype in self.schema.items())
