"""What MLflow calls to open a registered model: our file, read as the service reads it. It needs no mlflow.

``mlflow.pyfunc.load_model("models:/ehya@champion")`` ends here. The folder holds ``model.ehya`` and its sha256; nothing
in it is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.prediction import Output, columns
from engine.domain.unit import FIELDS, Kind, unit_table
from engine.scoring.artefact import Model, load
from engine.scoring.runtime import predict
from features import matrix

FILE, DIGEST_FILE = "model.ehya", "model.sha256"

_FLAGS, _NUMBERS = {Kind.FLAG}, {Kind.COUNT, Kind.NUMBER, Kind.SHARE, Kind.MONEY, Kind.YEAR}


class ServedModel:
    """A model of ours in the shape that MLflow serves.

    Parameters
    ----------
    model
        Opened and checked against its digest.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, data: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Predict feasibility and jobs of units.

        Parameters
        ----------
        data
            Shape (n, any): column ``unit_id`` and any fields of a unit (``engine.domain.unit.FIELDS``), canonical
            values, dates as ISO text. A field that is absent is not known.
        params
            ``as_of``: day of the prediction, ISO; the last day of the model's data by default.

        Returns
        -------
        pandas.DataFrame
            Shape (n, 1 + 3 x outputs + 2): ``unit_id``; each output low, point and high (probabilities in 0..1, jobs in
            persons, jobs per billion rial); ``not_scorable`` (codes joined by ``;``) and ``model_version``.
        """
        stated = (params or {}).get("as_of")
        as_of = pd.Timestamp(stated) if stated else self.model.data_until
        units = unit_table(data.reset_index(drop=True))
        described = matrix(units, self.model.schema, self.model.fitted, as_of=as_of)
        said = predict(self.model, described, units, as_of=as_of)
        return said[[*number_columns(), "not_scorable", "model_version"]].reset_index()


def number_columns() -> list[str]:
    """Names of the columns of numbers in a forecast, in order."""
    return [name for output in Output for name in columns(output)]


def inputs() -> dict[str, str]:
    """Column of a unit -> its type in MLflow: ``string``, ``double`` or ``boolean``.

    Examples
    --------
    >>> inputs()["jobs_before_stop"], inputs()["title_deed"], inputs()["stopped_on"]
    ('double', 'boolean', 'string')
    """
    named = {}
    for field, spec in FIELDS.items():
        named[field.value] = "boolean" if spec.kind in _FLAGS else "double" if spec.kind in _NUMBERS else "string"
    return named


def example() -> pd.DataFrame:
    """Two made-up units, as the model is asked of; no unit of a register leaves with a model.

    Examples
    --------
    >>> example().shape[0], sorted(set(example().columns) - set(inputs()))
    (2, ['unit_id'])
    """
    return pd.DataFrame(
        {
            "unit_id": ["example-1", "example-2"],
            "province": "West Azerbaijan",
            "county": ["Urmia", "Khoy"],
            "isic": ["10", "23"],
            "status": "idle",
            "stopped_on": ["2021-03-21", "2019-09-23"],
            "stop_causes": ["working_capital", "bank_debt"],
            "jobs_before_stop": [40.0, 12.0],
            "land_m2": [5000.0, 2000.0],
            "title_deed": [True, False],
        }
    )


def _load_pyfunc(path: str) -> ServedModel:
    """Open the folder of a registered model; MLflow finds this function by its name.

    Raises
    ------
    EhyaError
        ``model_changed``, ``not_a_model``, ``model_format_other``.
    """
    folder = Path(path)
    digest = (folder / DIGEST_FILE).read_text("ascii").strip()
    return ServedModel(load(folder / FILE, digest=digest))
