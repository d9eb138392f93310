"""Open what the workspace holds: the register and the model that was promoted last."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from engine.scoring.artefact import Model
    from engine.store import Register

_log = logging.getLogger(__name__)


def open_register(settings: Settings) -> Register:
    """Open the register; it and its folder are made where they are not there yet.

    Raises
    ------
    EhyaError
        ``database_failed``, ``database_newer``, ``database_foreign``.
    """
    from engine.store import Register

    register = Register.open(settings.database_url)
    _log.info("register opened in %s", settings.home)
    return register


def champion(register: Register, settings: Settings) -> Model:
    """Open the model that was promoted last, checked against the digest that the register recorded.

    Raises
    ------
    EhyaError
        ``no_model`` when none was promoted, ``model_file_missing`` when its file is gone; ``model_changed``,
        ``model_is_link`` or ``not_a_model`` when the file is not the one that was promoted.
    """
    from engine.scoring.artefact import path_of
    from engine.scoring.integrity import load_whole

    promotion = register.promotions.champion()
    if promotion is None:
        raise EhyaError(ErrorCode.NO_MODEL)
    path = path_of(settings.models, promotion.model_version)
    if not path.is_file():
        raise EhyaError(ErrorCode.MODEL_FILE_MISSING, given=str(path), version=promotion.model_version)
    model = load_whole(path, digest=promotion.digest)
    _log.info("model %s opened, digest %s", model.version, promotion.digest[:12])
    return model


def standing_units(register: Register, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Units of the register as they stand on a day: what the log says since each record is folded in.

    A unit that has restarted, or was liquidated, since the last import is offered to nobody; one that stopped again
    stands idle since then. A model of outcomes was fitted to units described in just this way.

    Parameters
    ----------
    register
        Open register.
    as_of
        The day of judgement; events known later do not count.
    """
    from engine.domain.standing import standing

    return standing(register.units(), register.events(as_of), as_of=as_of)


def appraised(
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    price_year: int | None = None,
    assumed_capital_rial: float | None = None,
) -> pd.DataFrame:
    """Appraisal table of all units of the register, best first; empty when the register is.

    Parameters
    ----------
    settings
        Where things are kept.
    as_of
        The day of judgement.
    price_year, assumed_capital_rial
        As for `serving.appraisal.appraise`.

    Raises
    ------
    EhyaError
        ``register_empty`` when there is neither a unit nor a model, ``no_model``, ``model_file_missing``,
        ``model_changed``, ``not_a_model``, ``database_failed``, ``schema_mismatch``.
    """
    from serving.appraisal import appraise

    with open_register(settings) as register:
        units = register.units()
        try:
            model = champion(register, settings)
        except EhyaError as error:
            if error.code is ErrorCode.NO_MODEL and units.empty:
                raise EhyaError(ErrorCode.REGISTER_EMPTY) from error
            raise
    return appraise(units, model, as_of=as_of, price_year=price_year, assumed_capital_rial=assumed_capital_rial)
