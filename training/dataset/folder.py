"""Write a table to learn from into a folder: Parquet, its schema, its datasheet, and digests of all three."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from engine.files import replacing
from training.dataset.table import Landmarks

TABLE_FILE, SCHEMA_FILE, SHEET_FILE, DIGESTS_FILE = "data.parquet", "schema.json", "datasheet.json", "SHA256SUMS"

_BESIDE = {
    "unit_id": "unit of the register; rows of one unit belong together",
    "date": "landmark: features know what was known on this day",
    "county": "Province/County",
    "sector": "ISIC division",
    "size": "small below 10 jobs before the stop, large from 50",
    "weight": "how many landmarks the row stands for",
    "y": "label, 0 or 1",
}


def as_table(found: Landmarks) -> pd.DataFrame:
    """All parts side by side: keys, groups, weight, label, then the features under their names."""
    days = found.dates.astype("datetime64[ms]")  # Parquet knows no seconds
    keys = found.groups.assign(date=days, weight=found.weights, y=found.y)[list(_BESIDE)]
    return pd.concat([keys, found.X], axis=1)


def write_folder(folder: Path, found: Landmarks) -> dict[str, str]:
    """Write the files; equal data give equal bytes.

    Parameters
    ----------
    folder
        Where to; it is made. Files of these names are replaced, others stay.
    found
        What ``training.data`` gives.

    Returns
    -------
    dict
        Name of each file -> sha256, as ``SHA256SUMS`` has it (``sha256sum -c`` reads it).

    Raises
    ------
    EhyaError
        ``file_not_written``.
    """
    table, packed = as_table(found), io.BytesIO()
    table.to_parquet(packed, index=False)
    contents = {
        TABLE_FILE: packed.getvalue(),
        SCHEMA_FILE: _json(_schema(table, found)),
        SHEET_FILE: _json(found.datasheet),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    contents[DIGESTS_FILE] = "".join(f"{digest}  {name}\n" for name, digest in digests.items()).encode()
    for name, content in contents.items():
        with replacing(folder / name, private=True) as beside:  # rows of single units, for the office alone
            beside.write_bytes(content)
    return digests


def _schema(table: pd.DataFrame, found: Landmarks) -> dict[str, Any]:
    said = {each["name"]: each for each in found.datasheet.get("features", [])}
    columns = [
        {"name": name, "type": str(table[name].dtype), **(said.get(name) or {"meaning": _BESIDE.get(name, "")})}
        for name in map(str, table.columns)
    ]
    return {"columns": columns, "levels": found.datasheet.get("levels", {})}


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n").encode()
