"""Synthetic registers in shards, and the model that scores them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from engine.scoring.artefact import Model
from experiments.bench.predict import AS_OF, LEARNT_FROM, synthetic_units
from experiments.reported_revivals.run import press_sample
from training.pipeline.press_fit import fit_sample

ROWS = 25_000
"""Units of a shard."""


def model() -> Model:
    """The first day's model, fitted without a search."""
    learnt = synthetic_units(LEARNT_FROM, random_state=0)
    return fit_sample(press_sample(), as_of=AS_OF, trials=0, register=learnt).model


def shards(folder: Path, units: int) -> list[Path]:
    """Write so many made-up units in shards; all but the ids recur from shard to shard, which costs no less to score.

    Parameters
    ----------
    folder
        Made where it is not there.
    units
        How many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = synthetic_units(min(units, ROWS), random_state=1).reset_index()
    files = []
    for number in range(-(-units // ROWS)):
        file = folder / f"{number:05d}.parquet"
        rows = base.head(min(ROWS, units - number * ROWS))
        ids = pd.Series(f"s{number}-", index=rows.index) + rows["unit_id"]
        rows.assign(unit_id=ids.astype("str")).to_parquet(file, index=False)
        files.append(file)
    return files
