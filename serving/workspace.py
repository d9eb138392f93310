"""Open what the workspace holds: the register and the model that was promoted last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.artefact import Model
    from engine.store import Register


def open_register(settings: Settings) -> Register:
    """Open the register; it and its folder are made where they are not there yet.

    Raises
    ------
    EhyaError
        ``database_failed``, ``database_newer``.
    """
    from engine.store import Register

    return Register.open(settings.database_url)


def champion(register: Register, settings: Settings) -> Model:
    """Open the model that was promoted last, checked against the digest that the register recorded.

    Raises
    ------
    EhyaError
        ``no_model`` when none was promoted or its file is gone; ``model_changed`` or ``not_a_model`` when the file is
        not the one that was promoted.
    """
    from engine.artefact import load, path_of

    promotion = register.champion()
    if promotion is None:
        raise EhyaError(ErrorCode.NO_MODEL)
    path = path_of(settings.models, promotion.model_version)
    if not path.is_file():
        raise EhyaError(ErrorCode.NO_MODEL, given=str(path))
    return load(path, digest=promotion.digest)
