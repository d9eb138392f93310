"""Agreements not to disclose: accept one for a package that was signed off, list them, take one back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from serving.desk.investors import known_investor, like
from serving.desk.workspace import open_register

_VERSION = re.compile(r"[0-9]{1,9}")  # more digits than these no column takes


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose agreement on which package: the investor's name, and name@version."""

    investor: str
    package: str


def accept(settings: Settings, investor: str, package: str, *, made_at: datetime, actor: str) -> Signed:
    """Record, for the office, that an investor agreed, or confirm what it agreed to over HTTP.

    Returns
    -------
    Signed
        The investor as keys and accounts name it, and the package as name@version.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``investor_unknown``, ``package_unknown``, ``package_not_frozen``.
    """
    name, version = named_package(package)
    with open_register(settings) as register:
        party = known_investor(register, investor)
        register.agreements.accept(party, name, version, confirmed=True, made_at=made_at, actor=actor)
    return Signed(party, f"{name}@{version}")


def end(settings: Settings, investor: str, package: str, *, made_at: datetime, actor: str) -> Signed:
    """Take an agreement back: nothing more is shown under it.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``package_unknown``, ``package_not_frozen``, ``not_agreed``.
    """
    name, version = named_package(package)
    with open_register(settings) as register:
        parties = register.agreements()["investor"].astype(str)
        party = like(investor, parties) or investor
        register.agreements.end(party, name, version, made_at=made_at, actor=actor)
    return Signed(party, f"{name}@{version}")


def unconfirmed(register: Register) -> pd.DataFrame:
    """Agreements not to disclose that an investor accepted and the office has not confirmed."""
    table = register.agreements()
    return table[table["confirmed_at"].isna() & table["ended_at"].isna()]


def agreements(settings: Settings, investor: str | None = None) -> pd.DataFrame:
    """Agreements, the newest first: ``investor, package, made_at, confirmed_at, ended_at``."""
    with open_register(settings) as register:
        return register.agreements(investor)


def units_agreed(register: Register, investor: str) -> frozenset[str]:
    """Units of the packages to whose secrecy an investor agreed, confirmed by the office, as the packages name them."""
    found = register.agreements(investor)
    standing = found.loc[found["ended_at"].isna() & found["confirmed_at"].notna(), "package"]
    documents = (register.packages.get(*named_package(str(package))).document for package in standing)
    return frozenset(str(unit["unit_id"]) for document in documents for unit in document.get("units", ()))


def named_package(package: str) -> tuple[str, int]:
    """Name and version of a package, written name@version.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> named_package("inva@1")
    ('inva', 1)
    """
    name, _, version = package.rpartition("@")
    if not name or not _VERSION.fullmatch(version):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="PACKAGE", given=package, allowed=["inva@1"])
    return name, int(version)
