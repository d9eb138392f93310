"""Packages as others see them: those that were signed off, and what one agrees to for reading more of their units."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.errors import EhyaError, ErrorCode
from engine.packages.standing import Loss, losses
from engine.ranking.reasons import TriageReason
from engine.store import Register, StoredPackage
from serving.desk.agreements import named_package
from serving.desk.stock import Stock


@dataclass(frozen=True, slots=True)
class Offered:
    """A package on offer.

    Parameters
    ----------
    package
        As it is stored.
    agreed, confirmed
        Whether the caller's investor agreed not to disclose what stands in it, and whether the office confirmed that;
        only then more is shown.
    """

    package: StoredPackage
    agreed: bool
    confirmed: bool

    @property
    def units(self) -> tuple[str, ...]:
        """Ids of its units, in the order of the package."""
        return tuple(str(unit["unit_id"]) for unit in self.package.document.get("units", ()))


def gone(one: Offered, stock: Stock) -> Mapping[str, Loss]:
    """Units of a package that can be offered no more, and why: as the package's booklet says it."""
    return gone_among(one.units, stock)


def gone_among(unit_ids: Collection[str], stock: Stock) -> Mapping[str, Loss]:
    """Those of some units that can be offered no more, and why."""
    table = stock.appraised.table
    here = table.loc[table.index.intersection(list(unit_ids)), ["status", "triage_reasons"]]
    off = here["triage_reasons"].str.split(";").map(lambda codes: TriageReason.WITHDRAWN.value in codes)
    return losses(unit_ids, here.assign(withdrawn=off.astype(bool)))


def refuse_gone(unit_id: str, stock: Stock) -> None:
    """Refuse what is asked or wanted of a unit that can be offered no more.

    Raises
    ------
    EhyaError
        ``unit_gone``, with the reason.
    """
    loss = gone_among([unit_id], stock).get(unit_id)
    if loss is not None:
        raise EhyaError(ErrorCode.UNIT_GONE, given=unit_id, reason=loss)


def offered(register: Register, investor: str | None, *, office: bool) -> tuple[Offered, ...]:
    """Packages that a caller may know of, the newest first: others than the office those that were signed off."""
    table = register.packages()
    seen = table if office else table[table["role"].notna()]
    agreed = _agreed(register, investor)
    found = [register.packages.get(str(row["name"]), int(row["version"])) for row in seen.to_dict(orient="records")]
    return tuple(Offered(one, one.key in agreed, agreed.get(one.key, False)) for one in found)


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
        if error.code is not ErrorCode.PACKAGE_UNKNOWN:
            raise
        raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=package, allowed=[]) from error
    if not office and not found.frozen:
        raise EhyaError(ErrorCode.PACKAGE_UNKNOWN, given=package, allowed=[])
    agreed = _agreed(register, investor)
    return Offered(found, found.key in agreed, agreed.get(found.key, False))


def agree(
    register: Register,
    investor: str,
    package: str,
    *,
    agreed: bool,
    at_once: bool = False,
    made_at: datetime,
    actor: str,
) -> bool:
    """Record that an investor agrees, or no longer agrees, not to disclose what stands in a package.

    Parameters
    ----------
    register
        The register.
    investor, package
        Who, and to what: name@version.
    agreed
        Whether it agrees, or takes it back.
    at_once
        Whether agreeing counts as confirmed; else the office confirms it (`serving.desk.agreements.accept`).
    made_at, actor
        Now, and who says it.

    Returns
    -------
    bool
        Whether it stands confirmed now.

    Raises
    ------
    EhyaError
        ``package_unknown``, ``value_unreadable``; ``not_agreed`` where there is nothing to take back.
    """
    found = one_offered(register, investor, package, office=False).package
    if agreed:
        version = (found.name, found.version)
        return register.agreements.accept(investor, *version, confirmed=at_once, made_at=made_at, actor=actor)
    register.agreements.end(investor, found.name, found.version, made_at=made_at, actor=actor)
    return False


def _agreed(register: Register, investor: str | None) -> Mapping[str, bool]:
    """Packages that an investor agreed to, and whether the office confirmed it."""
    if investor is None:
        return {}
    found = register.agreements(investor)
    standing = found[found["ended_at"].isna()]
    return dict(zip(standing["package"].astype(str), standing["confirmed_at"].notna(), strict=True))
