"""Agreements not to disclose: accept one for a package that was signed off, list them, take one back."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Register
from serving.desk.workspace import open_register


def accept(settings: Settings, investor: str, package: str, *, made_at: datetime, actor: str) -> str:
    """Record that an investor agreed; the package, as name@version.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``package_unknown``, ``package_not_frozen``.
    """
    name, version = named_package(package)
    with open_register(settings) as register:
        register.agreements.accept(investor, name, version, made_at=made_at, actor=actor)
    return f"{name}@{version}"


def end(settings: Settings, investor: str, package: str, *, made_at: datetime, actor: str) -> str:
    """Take an agreement back: nothing more is shown under it.

    Raises
    ------
    EhyaError
        ``value_unreadable``, ``package_unknown``, ``package_not_frozen``, ``not_agreed``.
    """
    name, version = named_package(package)
    with open_register(settings) as register:
        register.agreements.end(investor, name, version, made_at=made_at, actor=actor)
    return f"{name}@{version}"


def agreements(settings: Settings, investor: str | None = None) -> pd.DataFrame:
    """Agreements, the newest first: ``investor, package, made_at, ended_at``."""
    with open_register(settings) as register:
        return register.agreements(investor)


def units_agreed(register: Register, investor: str) -> frozenset[str]:
    """Units of all packages to whose secrecy an investor agreed, as the packages name them."""
    found = register.agreements(investor)
    standing = found.loc[found["ended_at"].isna(), "package"]
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
    if not name or not version.isascii() or not version.isdigit():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="PACKAGE", given=package, allowed=["inva@1"])
    return name, int(version)
