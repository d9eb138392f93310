"""What is asked of a file and what to say of one that holds no register."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import EhyaError, ErrorCode
from engine.intake.estates import find_estate
from engine.intake.groups import Group
from engine.intake.header import counting_headings
from engine.intake.places import read_county, read_province
from engine.intake.sheets import Sheet
from engine.intake.unheaded import likeliest_header, on_its_side
from engine.parsing.rejection import Refusal, Remarked

_SEVERAL = 3
"""A line of so many texts may be a header, though none of them is understood."""


def no_register(name: str, grids: list[Sheet], mapping: Mapping[str, str] | None) -> EhyaError:
    """Why no table of a file could be read: it counts units, lies on its side, or has no header that is understood."""
    counted = [heading for grid in grids for heading in counting_headings(grid, mapping)]
    if counted:
        return EhyaError(ErrorCode.NOT_UNITS, given=name, column=counted[0])
    for grid in grids:
        if (headings := on_its_side(grid, mapping)) is not None:
            return EhyaError(ErrorCode.LIES_ON_ITS_SIDE, given=name, sheet=grid.name, understood=headings)
    found = likeliest_header(grids)
    if found is None or not (found.understood or len(found.headings) >= _SEVERAL):
        return EhyaError(ErrorCode.NO_HEADER, given=name, headings=found.unknown if found else {})
    return EhyaError(
        ErrorCode.HEADER_NOT_UNDERSTOOD,
        given=name,
        sheet=found.sheet,
        row=found.row,
        understood=found.understood or ["-"],
        headings=found.unknown,
    )


def asked_province(province: str | None) -> str | None:
    """Canonical name of the province that somebody states.

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    if province is None:
        return None
    read = read_province(province)
    if isinstance(read, Refusal):
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="province", given=province, allowed=read.facts["nearest"])
    return str(read.reading) if isinstance(read, Remarked) else read


def asked_place(county: str | None, estate: str | None, province: str | None) -> Group:
    """County and estate that somebody states for the rows that name none.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a county that is not known, or that does not hold the estate.
    """
    known = find_estate(estate) if estate else None
    if county is None:
        return Group(known.province, known.county, known.name) if known else Group(estate=estate)
    read = read_county(county, province)
    read = read.reading if isinstance(read, Remarked) else read
    if isinstance(read, Refusal):
        nearest = read.facts.get("nearest") or read.facts.get("allowed") or [read.facts.get("province")]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="county", given=county, allowed=nearest)
    if known is not None and known.county != read.county:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="county", given=county, allowed=[known.county])
    return Group(read.province, read.county, known.name if known else estate)
