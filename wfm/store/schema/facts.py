"""Deliveries, raw batches and the manifest of fact files."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from wfm.store.schema.metadata import metadata

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Integer, primary_key=True, autoincrement=True),
    Column("file_hash", String(64), nullable=False),
    Column("format", String(64), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("lines_in", Integer, nullable=False),
    Column("loaded", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("by_reason", Text, nullable=False),  # JSON {code: n}
    Column("received_at", BigInteger, nullable=False),
    UniqueConstraint("file_hash", "format", "source_id"),
    Index("ix_delivery_format", "format", "delivery_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", Integer, nullable=False, index=True),
    Column("format", String(64), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("file_name", String(255), nullable=False),
    Column("file_hash", String(64), nullable=False),
    Column("line", Integer, nullable=False),
    Column("byte_offset", BigInteger, nullable=False),
    Column("code", String(32), nullable=False, index=True),
    Column("detail", Text, nullable=False),
    Column("header", LargeBinary),  # the file's header record, so that a row can be replayed alone
    Column("raw", LargeBinary, nullable=False),
    Column("options", Text, nullable=False, default="{}"),  # JSON: how the file was read
    Column("received_at", BigInteger, nullable=False),
    Column("replayed_at", BigInteger),
)

raw_batch = Table(
    "raw_batch",
    metadata,
    Column("batch_id", String(64), primary_key=True),
    Column("table_name", String(32), nullable=False),
    Column("source_id", String(200), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("file", Text, nullable=False),  # relative to the data folder
    Column("rows", Integer, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("delivery_id", Integer),
    Column("compacted_into", String(64)),  # batch that now carries these rows
)

batch_partition = Table(
    "batch_partition",
    metadata,
    Column("batch_id", String(64), primary_key=True),
    Column("day", Date, primary_key=True),
    Index("ix_batch_partition_day", "day"),
)

partition = Table(
    "partition",
    metadata,
    Column("day", Date, primary_key=True),
    Column("shard", String(200), primary_key=True, default=""),
    Column("live_build", Integer),  # build_id in force
    Column("dirty", Integer, nullable=False, default=0),
    Column("closed_at", BigInteger),
    Column("sealed", Boolean, nullable=False, default=False),
    Column("lease_owner", String(64)),
    Column("lease_until", BigInteger),
    Column("fence", Integer, nullable=False, default=0),
)

build = Table(
    "build",
    metadata,
    Column("build_id", Integer, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False, index=True),
    Column("shard", String(200), nullable=False),
    Column("rules_id", String(64), nullable=False),
    Column("code_version", String(32), nullable=False),
    Column("inputs_hash", String(64), nullable=False),
    Column("as_of_at", BigInteger, nullable=False),
    Column("born_gen", Integer, nullable=False),
    Column("dead_gen", Integer),
    Column("built_at", BigInteger, nullable=False),
)

version = Table(
    "version",
    metadata,
    Column("version_id", Integer, primary_key=True, autoincrement=True),
    Column("build_id", Integer, nullable=False, index=True),
    Column("table_name", String(32), nullable=False),
    Column("file", Text, nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("rows", Integer, nullable=False),
)

version_input = Table(
    "version_input",
    metadata,
    Column("build_id", Integer, primary_key=True),
    Column("batch_id", String(64), primary_key=True),
)

store_state = Table(
    "store_state",
    metadata,
    Column("one", Integer, primary_key=True),  # always 1
    Column("generation", Integer, nullable=False),
)

reader_lease = Table(
    "reader_lease",
    metadata,
    Column("reader", String(64), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("until_at", BigInteger, nullable=False),
)

restatement = Table(
    "restatement",
    metadata,
    Column("restatement_id", Integer, primary_key=True, autoincrement=True),
    Column("day", Date, nullable=False, index=True),
    Column("shard", String(200), nullable=False),
    Column("old_build", Integer, nullable=False),
    Column("new_build", Integer, nullable=False),
    Column("cause", Text, nullable=False),
    Column("restated_at", BigInteger, nullable=False),
)
