"""One shard: a Parquet file that is read whole, and one that comes whole or not at all."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing

_JOB, _MARK = b"ehya.job", b"ehya.mark"


def schema_of(shard: Path) -> pa.Schema:
    """Columns of a shard and what is told of it, read from its footer alone.

    Raises
    ------
    EhyaError
        ``shard_torn`` for what is no whole Parquet file.
    """
    try:
        return parquet.read_schema(shard)
    except (pa.ArrowException, OSError) as error:
        raise EhyaError(ErrorCode.SHARD_TORN, given=str(shard)) from error


def read(shard: Path) -> tuple[pd.DataFrame, str]:
    """Rows of a shard, and the SHA-256 of its bytes.

    Raises
    ------
    EhyaError
        ``shard_torn``.
    """
    try:
        content = shard.read_bytes()
        table = parquet.read_table(io.BytesIO(content), use_threads=False)
        return table.to_pandas(), hashlib.sha256(content).hexdigest()
    except (pa.ArrowException, OSError) as error:
        raise EhyaError(ErrorCode.SHARD_TORN, given=str(shard)) from error


def write(place: Path, rows: pd.DataFrame, *, job: str, mark: str) -> None:
    """Write a result that names the job that it belongs to and the bytes that it was made of.

    Raises
    ------
    EhyaError
        ``file_not_written``: a full disk and the like.
    """
    table = pa.Table.from_pandas(rows)
    told = {_JOB: job.encode(), _MARK: mark.encode()}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **told})
    with replacing(place) as beside:
        parquet.write_table(table, beside)


def made_by(place: Path) -> tuple[str, str]:
    """Job and mark of a result; empty where it names none.

    Raises
    ------
    EhyaError
        ``shard_torn``.
    """
    told = schema_of(place).metadata or {}
    return told.get(_JOB, b"").decode(), told.get(_MARK, b"").decode()


def row_count(place: Path) -> int:
    """Rows of a result, from its footer."""
    return int(parquet.read_metadata(place).num_rows)
