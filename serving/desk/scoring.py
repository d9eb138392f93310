"""Score registers that are too large for one frame: unit tables in Parquet shards, here or on a cluster."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from engine.domain.unit import Origin, unit_table
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.settings import Settings
from engine.shards import Mapped, map_shards
from engine.shards.cluster import cluster
from engine.shards.parquet import schema_of
from features.predicted import Scorer
from serving.desk.appraisal import current_units
from serving.desk.workspace import champion, open_register

if TYPE_CHECKING:
    from distributed import Client

ROWS = 100_000
"""Units of a shard."""


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """What is scored, and where.

    Parameters
    ----------
    shards
        Folder of Parquet files of the unit table.
    out
        Folder of the results, one for each.
    as_of
        The day of judgement.
    assume_capital_rial
        Stands in where a unit states no capital, and is flagged.
    cluster
        Address of a Dask scheduler; empty works on this machine.
    """

    shards: Path
    out: Path
    as_of: pd.Timestamp
    assume_capital_rial: int | None = None
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """What was scored.

    Parameters
    ----------
    mapped
        Files and rows.
    model_version, synthetic
        The model, and whether it learnt from synthetic units.
    """

    mapped: Mapped
    model_version: str
    synthetic: bool


def score(settings: Settings, request: ScoreRequest, told: Callable[[int, int], None] | None = None) -> Scored:
    """Score the units of all shards with the model at work.

    Parameters
    ----------
    settings
        The workspace.
    request
        What is scored, and where.
    told
        Called with how many shards are done, and of how many.

    Raises
    ------
    EhyaError
        ``no_model``; ``shard_not_units``; what ``engine.shards.map_shards`` and ``engine.shards.cluster.cluster``
        raise. Results that were made stay, and the next run goes on from them.
    """
    with open_register(settings) as register:
        model = champion(register, settings)
    shards = shards_of_units(request.shards)
    scorer = Scorer(model, request.as_of, request.assume_capital_rial)
    identity = f"{model.version} {request.as_of.isoformat()} {request.assume_capital_rial}"
    opened = cluster(request.cluster) if request.cluster else nullcontext()
    with opened as client:
        mapped = _mapped(scorer, shards, request.out, identity, client, told)
    return Scored(mapped, model.version, synthetic=model.document.origin == Origin.SYNTHETIC)


def split(settings: Settings, out: Path, *, as_of: pd.Timestamp, rows: int = ROWS) -> list[Path]:
    """Write the units of the register, as they stand, in shards.

    Parameters
    ----------
    settings
        The workspace.
    out
        Folder; it must hold no Parquet file yet.
    as_of
        The day on which they stand so.
    rows
        Units of a shard, 1 or more.

    Returns
    -------
    list of Path
        Files, by id of the unit.

    Raises
    ------
    EhyaError
        ``register_empty``, ``file_exists``, ``file_not_written``.
    """
    with open_register(settings) as register:
        standing = current_units(register, as_of=as_of)
    units = unit_table(standing).assign(withdrawn=standing["withdrawn"]).sort_index()
    if units.empty:
        raise EhyaError(ErrorCode.REGISTER_EMPTY)
    if there := sorted(out.glob("*.parquet")):
        raise EhyaError(ErrorCode.FILE_EXISTS, given=str(there[0]))
    parts = np.array_split(np.arange(len(units)), -(-len(units) // rows))
    files = [out / f"units-{place:05d}.parquet" for place in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        with replacing(file, private=True) as beside:  # private fields are among them
            units.iloc[part].reset_index().to_parquet(beside, index=False)
    return files


def _mapped(
    scorer: Scorer,
    shards: list[Path],
    out: Path,
    identity: str,
    client: Client | None,
    told: Callable[[int, int], None] | None,
) -> Mapped:
    count = None if told is None else lambda done: told(done, len(shards))
    return map_shards(scorer, shards, out, identity=identity, client=client, told=count)


def shards_of_units(folder: Path) -> list[Path]:
    """Files of units of a folder, by name; columns that nobody knows, or of another type, are refused.

    Parameters
    ----------
    folder
        Holds Parquet files of the unit table, ``unit_id`` among their columns; ``withdrawn`` may stand beside.

    Raises
    ------
    EhyaError
        ``shard_not_units``, ``shard_torn``.
    """
    shards = sorted(folder.glob("*.parquet"))
    empty = unit_table(_NOBODY).assign(withdrawn=pd.Series([], dtype="bool")).reset_index()
    wanted = {field.name: field.type for field in pa.Schema.from_pandas(empty)}
    for shard in shards[:1]:  # all others have its schema, or the job is refused
        found = {field.name: field.type for field in schema_of(shard)}
        unlike = sorted(name for name, of in found.items() if name not in wanted or not _alike(of, wanted[name]))
        if "unit_id" not in found or unlike:
            raise EhyaError(ErrorCode.SHARD_NOT_UNITS, given=str(shard), why=", ".join(unlike) or "unit_id")
    return shards


def _alike(found: pa.DataType, wanted: pa.DataType) -> bool:
    kinds = (_text, _number, pa.types.is_boolean, pa.types.is_temporal)
    return pa.types.is_null(found) or any(kind(found) and kind(wanted) for kind in kinds)


def _text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of))


def _number(of: pa.DataType) -> bool:
    return bool(pa.types.is_integer(of) or pa.types.is_floating(of))


_NOBODY = pd.DataFrame({"unit_id": pd.Series([], dtype="str")})
