"""What was found of a model at work when somebody last looked, kept beside its file for pages that ask nobody anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from engine.errors import EhyaError
from engine.files import replacing
from engine.scoring.artefact import path_of
from engine.settings import Settings

_FILE = "drift.json"
_WORDS = ("group", "grouping", "feature", "alarming")
"""Columns that hold no numbers."""
_COLUMNS: dict[str, tuple[str, ...]] = {
    "features": ("feature", "psi", "chance", "p_value", "p_adjusted", "missing_then", "missing_now", "alarming"),
    "unseen": ("feature", "stated", "unseen", "share", "alarming"),
    "groups": (
        "grouping", "group", "outcomes", "observed", "expected", "share", "share_low", "share_high", "predicted",
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class KeptRate:
    """As ``training.monitoring.base_rate.BaseRate``."""

    overall: Mapping[str, float]
    groups: pd.DataFrame


@dataclass(frozen=True, eq=False, slots=True)
class KeptDrift:
    """As ``training.monitoring.report.Drift``, read from what was kept; codes of findings are keys of texts."""

    model_version: str
    kind: str
    data_until: pd.Timestamp
    as_of: pd.Timestamp
    units: int
    base_rate: KeptRate
    features: pd.DataFrame
    unseen: pd.DataFrame
    findings: tuple[tuple[str, str], ...]
    origin: str
    alarming: bool


def keep_drift(settings: Settings, document: Mapping[str, Any]) -> None:
    """Keep what was found beside the model; a workspace that cannot be written to keeps nothing, and loses nothing.

    Parameters
    ----------
    settings
        The workspace.
    document
        ``training.monitoring.report.Drift.to_json``.
    """
    file = _file(settings, str(document["model_version"]))
    if file.parent.is_dir():
        with suppress(EhyaError), replacing(file, through_links=False) as beside:
            beside.write_text(json.dumps(document, ensure_ascii=False, default=_plain), "utf-8")


def kept_drift(settings: Settings, version: str) -> KeptDrift | None:
    """What was found of a model when somebody last looked; ``None`` where nobody did, or what was kept is damaged."""
    try:
        found = json.loads(_file(settings, version).read_text("utf-8"))
        tables = {name: _table(found[name], name) for name in _COLUMNS}
        overall = {name: float("nan") if value is None else value for name, value in found["base_rate"].items()}
        return KeptDrift(
            model_version=str(found["model_version"]),
            kind=str(found["kind"]),
            data_until=pd.Timestamp(found["data_until"]),
            as_of=pd.Timestamp(found["as_of"]),
            units=int(found["units"]),
            base_rate=KeptRate(overall, tables["groups"]),
            features=tables["features"].set_index("feature"),
            unseen=tables["unseen"].set_index("feature"),
            findings=tuple((f"drift_code.{one['code']}", str(one["of"])) for one in found["findings"]),
            origin=str(found["origin"]),
            alarming=bool(found["alarming"]),
        )
    except (OSError, ValueError, KeyError, TypeError, EhyaError):
        return None


def _file(settings: Settings, version: str) -> Path:
    return path_of(settings.models, version).parent / _FILE


def _table(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    found = pd.DataFrame(rows)
    found = found.reindex(columns=list(dict.fromkeys((*_COLUMNS[name], *found.columns))))
    numbers = [column for column in found.columns if column not in _WORDS]
    found[numbers] = found[numbers].apply(pd.to_numeric)
    return found


def _plain(value: Any) -> Any:
    """A number of numpy as one of Python."""
    return value.item()
