"""Packages as others see them: those that were signed off, and what one agrees to for reading more of their units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.errors import EhyaError, ErrorCode
from engine.store import Register, StoredPackage
from serving.desk.agreements import named_package


@dataclass(frozen=True, slots=True)
class Offered:
    """A package on offer.

    Parameters
    ----------
    package
        As it is stored.
    agreed
        Whether the caller's investor agreed not to disclose what stands in it.
    """

    package: StoredPackage
    agreed: bool

    @property
    def units(self) -> tuple[str, ...]:
        """Ids of its units, in the order of the package."""
        return tuple(str(unit["unit_id"]) for unit in self.package.document.get("units", ()))


def offered(register: Register, investor: str | None, *, office: bool) -> tuple[Offered, ...]:
    """Packages that a caller may know of, the newest first: others than the office those that were signed off."""
    table = register.packages()
    seen = table if office else table[table["role"].notna()]
    agreed = _agreed(register, investor)
    found = [register.packages.get(str(row["name"]), int(row["version"])) for row in seen.to_dict(orient="records")]
    return tuple(Offered(one, one.key in agreed) for one in found)


def one_offered(register: Register, investor: str | None, package: str, *, office: bool) -> Offered:
    """One package, written name@version.

    Raises
    ------
    EhyaError
        ``package_unknown`` without the names there are, also for one that the caller may not know of yet;
        ``value_unreadable``.
    """
    name, version = named_package(package)
    try:
        found = register.packages.get(name, version)
    except EhyaError as error:
        raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=package, allowed=[]) from error
    if not office and not found.frozen:
        raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=package, allowed=[])
    return Offered(found, found.key in _agreed(register, investor))


def agree(register: Register, investor: str, package: str, *, agreed: bool, made_at: datetime, actor: str) -> None:
    """Record that an investor agrees, or no longer agrees, not to disclose what stands in a package.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``value_unreadable``; ``not_agreed`` where there is nothing to take back.
    """
    found = one_offered(register, investor, package, office=False).package
    change = register.agreements.accept if agreed else register.agreements.end
    change(investor, found.name, found.version, made_at=made_at, actor=actor)


def _agreed(register: Register, investor: str | None) -> frozenset[str]:
    if investor is None:
        return frozenset()
    found = register.agreements(investor)
    return frozenset(str(package) for package in found.loc[found["ended_at"].isna(), "package"])
