"""Open files whose values have types: Parquet, and JSON as records or as columns."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet, types

from engine.errors import EhyaError, ErrorCode
from engine.intake.limits import FileLimit, within

PARQUET_MARK = b"PAR1"
_POINT = ("longitude", "latitude")
_SHAPE = "geometry"
_JSON_MARKS = (b"[", b"{")
_MARK = b"\xef\xbb\xbf"
_LARGEST = 2**63
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_MAX_FOOTER_STRING, _MAX_FOOTER_ITEMS = 10_000_000, 1_000_000


def is_json(content: bytes) -> bool:
    """Whether a file can be JSON: it begins with a bracket.

    Examples
    --------
    >>> is_json(b' [{"name": "A"}]'), is_json(b"name,county")
    (True, False)
    """
    return content[:200].removeprefix(_MARK).lstrip().startswith(_JSON_MARKS)


def read_parquet(content: bytes, name: str) -> pd.DataFrame:
    """Cells of a Parquet file: names of the columns in the first line, a record in each further one.

    Parameters
    ----------
    content
        Bytes of the file.
    name
        Name of the file, for errors.

    Returns
    -------
    DataFrame
        Shape (records + 1, columns), dtype object; dates stay dates, numbers numbers, yes and no booleans.

    Raises
    ------
    EhyaError
        ``file_unreadable``, ``file_over_limit``; ``column_not_plain`` for a column of lists, records or bytes.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> pd.DataFrame({"name": ["A"], "jobs": [12]}).to_parquet(file)
    >>> read_parquet(file.getvalue(), "list.parquet").values.tolist()
    [['name', 'jobs'], ['A', 12]]
    """
    try:
        limits = {"thrift_string_size_limit": _MAX_FOOTER_STRING, "thrift_container_size_limit": _MAX_FOOTER_ITEMS}
        file = parquet.ParquetFile(io.BytesIO(content), **limits)
        schema = file.schema_arrow
        _sizes(file.metadata, name)
        for field in schema:
            if not _plain(field.type):
                raise EhyaError(ErrorCode.COLUMN_NOT_PLAIN, given=name, column=field.name)
        words = [field.name for field in schema if types.is_string(field.type) or types.is_large_string(field.type)]
        # a value that stands a million times is kept once
        table = parquet.ParquetFile(io.BytesIO(content), read_dictionary=words, **limits).read(use_threads=False)
        columns = [_objects(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason=type(error).__name__) from None
    return _grid(table.column_names, columns, table.num_rows)


def read_json(content: bytes, name: str) -> pd.DataFrame | None:
    """Cells of a JSON file, ``None`` where it is no JSON.

    Parameters
    ----------
    content
        A list of records, a record on each line, a record of equally long lists, a record that holds one list of
        records, or a map of features (GeoJSON), whose properties are the columns.
    name
        Name of the file, for errors.

    Returns
    -------
    DataFrame
        As from :func:`read_parquet`. A list of plain values in a record becomes one text, parted by semicolons.

    Raises
    ------
    EhyaError
        ``file_unreadable`` when the JSON is no table or a record names a key twice, ``line_unreadable``,
        ``file_over_limit``, ``column_not_plain``.

    Examples
    --------
    >>> read_json(b'[{"name": "A", "causes": ["x", "y"]}, {"name": "B"}]', "list.json").values.tolist()
    [['name', 'causes'], ['A', 'x; y'], ['B', None]]
    """
    within(FileLimit.CELLS, sum(content.count(mark) for mark in (b",", b"[", b"{")), file=name)
    try:
        text = content.removeprefix(_MARK).decode("utf-8")
        document = json.loads(text, object_pairs_hook=_record)
        if _HALF.search(text):  # half a character is no text: it becomes the sign for what cannot be read
            whole = (
                json.dumps(document, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            )
            document = json.loads(whole, object_pairs_hook=_record)
    except _RepeatedKeyError as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason=f"repeated key {error}") from None
    except (ValueError, RecursionError):
        document = _lines(content, name)
        if document is None:
            return None
    document = _features(document, name)
    columns = _columns(document, name)
    if columns is None:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason="not_a_table")
    length = max((len(column) for column in columns.values()), default=0)
    within(FileLimit.CELLS, length * len(columns), file=name)
    return _grid(list(columns), [_cells(column, label, name) for label, column in columns.items()], length)


def _lines(content: bytes, name: str) -> list[Any] | None:
    """Records of a file that has one on each line; ``None`` where its second line begins none."""
    try:
        lines = [(at, line) for at, line in enumerate(content.decode("utf-8-sig").splitlines(), 1) if line.strip()]
    except UnicodeDecodeError:
        return None
    if len(lines) < 2 or not all(line.lstrip().startswith("{") for _, line in lines[:2]):
        return None
    records = []
    for at, line in lines:
        try:
            record = json.loads(line, object_pairs_hook=_record)
        except (ValueError, RecursionError, _RepeatedKeyError) as error:
            raise EhyaError(ErrorCode.LINE_UNREADABLE, given=name, line=at, reason=type(error).__name__) from None
        if not isinstance(record, dict):
            raise EhyaError(ErrorCode.LINE_UNREADABLE, given=name, line=at, reason="no_record")
        records.append(record)
    return records


def _features(document: Any, name: str) -> Any:
    """Properties of the features of a map (GeoJSON), points as two columns more; any other document as it is."""
    if not (isinstance(document, dict) and document.get("type") == "FeatureCollection"):
        return document
    features = document.get("features")
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason="not_a_table")
    records = []
    for feature in features:
        held, place = feature.get("properties"), feature.get("geometry")
        record = dict(held) if isinstance(held, dict) else {}
        at = place.get("coordinates") if isinstance(place, dict) and place.get("type") == "Point" else None
        if isinstance(at, list) and len(at) >= 2:
            record = {**record, **{key: value for key, value in zip(_POINT, at, strict=False) if key not in record}}
        elif isinstance(place, dict):
            record.setdefault(_SHAPE, place.get("type"))
        records.append(record)
    return records


class _RepeatedKeyError(Exception):
    pass


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKeyError(next(key for at, key in enumerate(keys) if key in keys[:at]))
    return record


def _columns(document: Any, name: str) -> dict[str, list[Any]] | None:
    """Key -> values of the records; keys in the order in which they first stand."""
    if isinstance(document, dict):
        within(FileLimit.COLUMNS, len(document), file=name)
        lists = list(document.values())
        if lists and all(isinstance(one, list) for one in lists) and not _records(lists[0]):
            return document if len({len(one) for one in lists}) == 1 else None
        inner = [one for one in lists if isinstance(one, list) and _records(one)]
        document = inner[0] if len(inner) == 1 else None
    if not isinstance(document, list) or not _records(document):
        return None
    keys = dict.fromkeys(key for record in document for key in record)
    within(FileLimit.COLUMNS, len(keys), file=name)
    return {key: [record.get(key) for record in document] for key in keys}


def _records(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(one, dict) for one in values)


def _cells(values: list[Any], label: str, name: str) -> np.ndarray[Any, np.dtype[np.object_]]:
    kinds = set(map(type, values))
    if dict in kinds:
        raise EhyaError(ErrorCode.COLUMN_NOT_PLAIN, given=name, column=label)
    if list in kinds:
        values = [_joined(value, label, name) if isinstance(value, list) else value for value in values]
    if kinds & {int, float}:
        values = [_bounded(value) for value in values]
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _joined(values: Iterable[Any], label: str, name: str) -> str:
    values = list(values)
    if any(isinstance(value, (list, dict)) for value in values):
        raise EhyaError(ErrorCode.COLUMN_NOT_PLAIN, given=name, column=label)
    return "; ".join(str(value) for value in values if value is not None)


def _bounded(value: Any) -> Any:
    """A number beyond all measure as its text, which is refused as one; "not a number" says nothing."""
    if isinstance(value, float) and not np.isfinite(value):
        return None if np.isnan(value) else str(value)
    return str(value) if isinstance(value, int) and abs(value) >= _LARGEST else value


def _sizes(metadata: parquet.FileMetaData, name: str) -> None:
    within(FileLimit.COLUMNS, metadata.num_columns, file=name)
    within(FileLimit.CELLS, metadata.num_rows * metadata.num_columns, file=name)
    chunks = [
        metadata.row_group(group).column(column)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    ]
    within(FileLimit.CELLS, sum(chunk.num_values for chunk in chunks), file=name)
    within(FileLimit.UNPACKED_BYTES, sum(chunk.total_uncompressed_size for chunk in chunks), file=name)


def _plain(kind: pa.DataType) -> bool:
    if types.is_dictionary(kind):
        kind = kind.value_type
    numbers = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_boolean(kind)
    words = types.is_string(kind) or types.is_large_string(kind) or types.is_null(kind)
    return bool(numbers or words or types.is_date(kind) or types.is_timestamp(kind))


def _objects(column: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.object_]]:
    kind = column.type
    if types.is_decimal(kind):
        column = column.cast(pa.string())
    elif types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us"), safe=False)
    cells: pd.Series = column.to_pandas(integer_object_nulls=True, date_as_object=True, timestamp_as_object=True)
    known = cells.notna().to_numpy(dtype=bool)
    values: np.ndarray[Any, np.dtype[np.object_]] = cells.astype(object).to_numpy(dtype=object, copy=True)
    values[~known] = None
    if types.is_floating(kind):
        endless = known & ~np.isfinite(np.where(known, values, 0.0).astype(float))
        values[endless] = [str(value) for value in values[endless]]
    return values


def _grid(names: list[str], columns: list[np.ndarray[Any, np.dtype[np.object_]]], length: int) -> pd.DataFrame:
    cells = {
        position: np.concatenate([np.array([name.strip() or None], dtype=object), column])
        for position, (name, column) in enumerate(zip(names, columns, strict=True))
    }
    return pd.DataFrame(cells, index=pd.RangeIndex(length + 1), dtype=object)
