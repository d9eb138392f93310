"""Parameters of the truth, read from ``truth.toml``."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Parameters = dict[str, Any]

SOURCE = "experiments.province_simulator (synthetic, no unit exists)"


class Bias(StrEnum):
    """What decides who is approached."""

    NONE = "none"
    OBSERVED = "observed"
    HIDDEN = "hidden"


def parameters(changes: Mapping[str, Any] | None = None) -> Parameters:
    """Parameters as the file has them, with single ones changed.

    Parameters
    ----------
    changes
        Dotted name to value: ``{"restart.base": 0.3}``.

    Raises
    ------
    KeyError
        When a name is not in the file.

    Examples
    --------
    >>> parameters({"restart.base": 0.3})["restart"]["base"]
    0.3
    """
    document: Parameters = tomllib.loads(resources.files(__package__).joinpath("truth.toml").read_text("utf-8"))
    document = copy.deepcopy(document)
    for name, value in (changes or {}).items():
        *tables, last = name.split(".")
        place = document
        for table in tables:
            place = place[table]
        if last not in place:
            raise KeyError(name)
        place[last] = value
    return document


def without_effects(base: Mapping[str, float] | None = None) -> Parameters:
    """Parameters under which all units are alike: every effect is zero, the base hazards stay (or are given).

    Parameters
    ----------
    base
        ``restart``, ``liquidated``, ``licence_cancelled`` and ``relapse`` (constant), yearly hazards.

    Examples
    --------
    >>> without_effects({"restart": 0.2})["restart"]["quality"]
    0.0
    """
    document, base = parameters(), base or {}
    for table in ("restart", "liquidated", "licence_cancelled"):
        kept = {"base": base.get(table, document[table]["base"]), "unapproached": 1.0, "lag_months": 0}
        document[table] = {name: kept.get(name, 0.0) for name in document[table]}
    for cause in document["cause"].values():
        cause.update(restart=0.0, liquidated=0.0, licence_cancelled=0.0, capacity=0.0)
    for sector in document["sector"]:
        sector.update(restart=0.0, jobs=0.0, capacity=0.0)
    document["place"].update(county_restart_spread=0.0, county_jobs_spread=0.0, period_spread=0.0)
    flat = base.get("relapse", document["relapse"]["start"])
    document["relapse"].update(start=flat, peak=flat, later=flat, quality=0.0, unobserved=0.0, bank_debt=0.0)
    return document
