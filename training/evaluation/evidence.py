"""What a model was judged on, kept beside its file, so that a later model meets it on the same outcomes."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import write_whole
from training.evaluation.judged_table import CHAMPION_LEFT_OUT, KEYS, LEFT_OUT, beside_champion

OUTCOMES_FILE, JOBS_FILE = "judged.parquet", "judged_jobs.parquet"
CHAMPION = "champion"
"""Key of the champion's digest beside those of the files."""


@dataclass(frozen=True, slots=True)
class JudgedTables:
    """Both judged tables of a model.

    Parameters
    ----------
    outcomes
        Judged table (``training.evaluation.judged_table.COLUMNS``), with one column of probabilities more for each
        plain rule.
    jobs
        Judged table of jobs.
    champion
        Digest of the champion whose figures stand in both; empty where there are none.
    """

    outcomes: pd.DataFrame
    jobs: pd.DataFrame
    champion: str = ""

    def alone(self) -> JudgedTables:
        """The same without figures of any champion."""
        ends = [f"champion_{end}" for end in ("low", "point", "high")]
        outcomes = self.outcomes.assign(champion_probability=np.nan)
        if LEFT_OUT in outcomes.columns:
            outcomes = outcomes.assign(**{CHAMPION_LEFT_OUT: np.nan})
        return JudgedTables(outcomes, self.jobs.assign(**dict.fromkeys(ends, np.nan)))

    def by(self, champion: str) -> JudgedTables:
        """The same, with the digest of the champion whose figures stand in it."""
        return replace(self, champion=champion)

    def beside(self, champion: JudgedTables | None) -> JudgedTables:
        """The same with the champion's out-of-sample figures of the same units and origins put in."""
        if champion is None:
            return self
        theirs = champion.jobs.set_index(list(KEYS))[["low", "point", "high"]].add_prefix("champion_")
        keys = pd.MultiIndex.from_frame(self.jobs[list(KEYS)])
        beside = theirs[~theirs.index.duplicated()].reindex(keys).set_axis(self.jobs.index)
        return JudgedTables(
            beside_champion(self.outcomes, champion.outcomes),
            self.jobs.assign(**{name: beside[name] for name in beside.columns}),
        )


def keep(folder: Path, evidence: JudgedTables) -> dict[str, str]:
    """Write the tables into a folder; returns the sha256 of each file, and the champion's, for the model's document."""
    digests = {CHAMPION: evidence.champion} if evidence.champion else {}
    for name, content in _packed(evidence).items():
        write_whole(folder / name, content)
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests


def kept(folder: Path, digests: Mapping[str, Any]) -> JudgedTables | None:
    """Read the tables of a model back.

    Parameters
    ----------
    folder
        Where the model's file stands.
    digests
        What the model's document says of them.

    Returns
    -------
    JudgedTables or None
        ``None`` when the model kept none (one of an earlier Ehya) or its files are gone.

    Raises
    ------
    EhyaError
        ``model_changed`` when a file is not the one that was written at training.
    """
    tables = {}
    for name in (OUTCOMES_FILE, JOBS_FILE):
        path = folder / name
        if name not in digests or not path.is_file():
            return None
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != digests[name]:
            raise EhyaError(ErrorCode.MODEL_CHANGED, given=name, digest=found, expected=digests[name])
        tables[name] = pd.read_parquet(io.BytesIO(content))
    return JudgedTables(tables[OUTCOMES_FILE], tables[JOBS_FILE], str(digests.get(CHAMPION, "")))


def _packed(evidence: JudgedTables) -> dict[str, bytes]:
    packed = {}
    for name, table in ((OUTCOMES_FILE, evidence.outcomes), (JOBS_FILE, evidence.jobs)):
        written = io.BytesIO()
        table.to_parquet(written, index=False)
        packed[name] = written.getvalue()
    return packed
