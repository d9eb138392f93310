"""Open what the workspace holds: the register and the model that was promoted last."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.economics.prices import PriceIndex
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


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Let nobody else write meanwhile: for files of the workspace that are read, changed and written anew.

    The lock is that of the register's writers, which holds between processes on every system.

    Raises
    ------
    EhyaError
        ``register_busy``, and as `open_register`.
    """
    with open_register(settings) as register, register.together():
        yield


def champion(register: Register, settings: Settings, version: str | None = None) -> Model:
    """Open the model that was promoted last, checked against the digest that the register recorded.

    Parameters
    ----------
    register, settings
        Where promotions and files are.
    version
        An earlier champion instead of the one at work.

    Raises
    ------
    EhyaError
        ``no_model`` when none was trained, ``model_waits`` when one was and none is at work; ``never_promoted`` when
        the earlier one never was; ``model_file_missing`` when its file is gone; ``model_changed``, ``model_is_link`` or
        ``not_a_model`` when the file is not the one that was promoted.
    """
    from engine.scoring.artefact import path_of
    from engine.scoring.integrity import load_whole

    promoted = register.promotions()
    if not promoted:
        waiting = _waiting(settings)
        raise EhyaError(ErrorCode.MODEL_WAITS, given=waiting) if waiting else EhyaError(ErrorCode.NO_MODEL)
    promotion = next((one for one in promoted if version in (None, one.model_version)), None)
    if promotion is None:
        allowed = list(dict.fromkeys(one.model_version for one in promoted))
        raise EhyaError(ErrorCode.NEVER_PROMOTED, given=version, allowed=allowed)
    path = path_of(settings.models, promotion.model_version)
    if not path.is_file():
        raise EhyaError(ErrorCode.MODEL_FILE_MISSING, given=str(path), version=promotion.model_version)
    model = load_whole(path, digest=promotion.digest)
    _log.info("model %s opened, digest %s", model.version, promotion.digest[:12])
    return model


def _waiting(settings: Settings) -> str | None:
    """The model trained last; asked only where none is at work, so that any file is one that waits."""
    files = [each for each in settings.models.glob("*/model.ehya") if each.is_file()]
    newest = max(files, key=lambda each: (each.stat().st_mtime_ns, each.parent.name), default=None)
    return None if newest is None else newest.parent.name


def own_prices(settings: Settings) -> PriceIndex | None:
    """The price index that the workspace holds, ``None`` where it holds none.

    Raises
    ------
    EhyaError
        ``file_unreadable``, ``unknown_column``, ``reference_refused``.
    """
    from engine.economics.prices import PriceIndex
    from engine.reference.own import own_rows

    if not settings.price_index.is_file():
        return None
    return PriceIndex.of(own_rows("price_index", settings.price_index))
