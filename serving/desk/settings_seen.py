"""Settings of a workspace and where each was set, and the assumptions that figures rest on."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import pandas as pd

from engine.codes import Code
from engine.domain.request import LevelBasis
from engine.errors import EhyaError
from engine.parsing.text import fold
from engine.reference import table
from engine.reference.effects import effects
from engine.settings import Settings
from serving.desk.requests import level_here


class SettingSource(Code):
    """Where a setting was set."""

    ENVIRONMENT = "environment"
    DEFAULT = "default"
    WORKSPACE = "workspace"
    PROJECT = "project"
    OFFICE = "office"
    ASSUMED = "assumed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SettingSeen:
    """A setting.

    Parameters
    ----------
    name
        Its code, or the variable of the environment that sets it.
    value
        What it is, never a secret: a text, a number of days or of rows, or empty.
    source
        Where it was set.
    """

    name: str
    value: str | int
    source: SettingSource


ASSUMPTIONS = ("prior", "value", "low", "high", "measure", "basis", "meaning_fa", "meaning_en", "source", "as_of")
"""Columns of the table ``priors`` that a reader of assumptions sees."""


def settings_seen(settings: Settings) -> tuple[SettingSeen, ...]:
    """What is set, and where; passwords inside addresses are left out."""
    promised = level_here(settings)
    days = SettingSource.OFFICE if promised.basis is LevelBasis.OFFICE else SettingSource.ASSUMED
    own_prices = SettingSource.WORKSPACE if settings.price_index.is_file() else SettingSource.PROJECT
    return (
        SettingSeen("EHYA_HOME", str(settings.home), _stated(settings, "EHYA_HOME")),
        SettingSeen("EHYA_DATABASE_URL", plain_address(settings.database_url), _stated(settings, "EHYA_DATABASE_URL")),
        SettingSeen("EHYA_LANG", settings.language, _stated(settings, "EHYA_LANG")),
        SettingSeen(
            "MLFLOW_TRACKING_URI", plain_address(settings.tracking_uri), _stated(settings, "MLFLOW_TRACKING_URI")
        ),
        SettingSeen("answer_days", promised.days, days),
        SettingSeen("price_index", settings.price_index.name if settings.price_index.is_file() else "", own_prices),
        _own_effects(settings),
    )


def assumptions(words: str = "") -> pd.DataFrame:
    """Rows of the table of assumptions, columns `ASSUMPTIONS`; only those that hold every word.

    Examples
    --------
    >>> "durable_revival" in assumptions("durable revival")["prior"].tolist()
    True
    """
    rows = table("priors")[list(ASSUMPTIONS)]
    if not words.strip():
        return rows
    wanted = fold(words).replace("_", " ").split()
    texts = [fold(" ".join(map(str, row))).replace("_", " ") for row in rows.itertuples(index=False)]
    return rows[[all(word in text for word in wanted) for text in texts]]


def plain_address(given: str) -> str:
    """An address without what a person signs in with.

    Examples
    --------
    >>> plain_address("postgresql://ehya:secret@db.example/ehya?password=x"), plain_address("")
    ('postgresql://db.example/ehya', '')
    """
    if "://" not in given:
        return given
    try:
        parts = urlsplit(given)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return ""
    return f"{parts.scheme}://{host}{parts.path}"


def _stated(settings: Settings, name: str) -> SettingSource:
    return SettingSource.ENVIRONMENT if name in settings.stated else SettingSource.DEFAULT


def _own_effects(settings: Settings) -> SettingSeen:
    try:
        count = int(effects(settings.effects)["overridden"].sum())
    except EhyaError:
        return SettingSeen("effects", settings.effects.name, SettingSource.UNREADABLE)
    return SettingSeen("effects", count, SettingSource.WORKSPACE if count else SettingSource.PROJECT)
