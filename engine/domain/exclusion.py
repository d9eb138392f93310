"""Why a unit may not be shown to an investor: one bit a reason."""

from __future__ import annotations

from engine.codes import Code


class Exclusion(Code):
    """A hard limit that a unit breaks, or that cannot be checked because the unit's own value is not known."""

    # The order is part of the contract: `bit` is the position, and logged bits are read years later. Append only.
    NOT_OFFERED = "not_offered"
    FIX_FIRST_NOT_WANTED = "fix_first_not_wanted"
    SECTOR_NOT_WANTED = "sector_not_wanted"
    SECTOR_REFUSED = "sector_refused"
    SECTOR_UNKNOWN = "sector_unknown"
    PLACE_NOT_WANTED = "place_not_wanted"
    PLACE_REFUSED = "place_refused"
    PLACE_UNKNOWN = "place_unknown"
    STATUS_NOT_WANTED = "status_not_wanted"
    STATUS_UNKNOWN = "status_unknown"
    DEAL_FORM_NOT_OFFERED = "deal_form_not_offered"
    DEAL_FORM_REFUSED = "deal_form_refused"
    DEAL_FORM_UNKNOWN = "deal_form_unknown"
    CAPITAL_BELOW_TICKET = "capital_below_ticket"
    CAPITAL_ABOVE_TICKET = "capital_above_ticket"
    CAPITAL_UNKNOWN = "capital_unknown"
    MONEY_NOT_COMPARABLE = "money_not_comparable"
    FAILURE_TOO_LIKELY = "failure_too_likely"
    FEASIBILITY_UNKNOWN = "feasibility_unknown"
    CONFIDENCE_TOO_LOW = "confidence_too_low"
    JOBS_TOO_FEW = "jobs_too_few"
    JOBS_UNKNOWN = "jobs_unknown"
    POWER_TOO_LOW = "power_too_low"
    POWER_UNKNOWN = "power_unknown"
    LAND_TOO_SMALL = "land_too_small"
    LAND_UNKNOWN = "land_unknown"
    IDLE_TOO_LONG = "idle_too_long"
    IDLE_UNKNOWN = "idle_unknown"
    RECORD_INCOMPLETE = "record_incomplete"
    BORDER_TOO_FAR = "border_too_far"
    BORDER_UNKNOWN = "border_unknown"
    STAGE_NOT_WANTED = "stage_not_wanted"
    STAGE_UNKNOWN = "stage_unknown"
    SHARE_TOO_SMALL = "share_too_small"
    SHARE_UNKNOWN = "share_unknown"
    PAYBACK_TOO_LONG = "payback_too_long"
    PAYBACK_UNKNOWN = "payback_unknown"
    DEBTS_NOT_WANTED = "debts_not_wanted"
    DEBTS_UNKNOWN = "debts_unknown"
    DISPUTES_NOT_WANTED = "disputes_not_wanted"
    DISPUTES_UNKNOWN = "disputes_unknown"
    TITLE_UNCLEAR = "title_unclear"
    TITLE_UNKNOWN = "title_unknown"
    GAS_TOO_LOW = "gas_too_low"
    GAS_UNKNOWN = "gas_unknown"
    WATER_TOO_LOW = "water_too_low"
    WATER_UNKNOWN = "water_unknown"
    EXPORT_TOO_LOW = "export_too_low"
    EXPORT_UNKNOWN = "export_unknown"
    JOBS_PER_BILLION_TOO_LOW = "jobs_per_billion_too_low"
    JOBS_PER_BILLION_UNKNOWN = "jobs_per_billion_unknown"

    @property
    def bit(self) -> int:
        """The bit of this reason in an array of exclusions.

        Examples
        --------
        >>> Exclusion.NOT_OFFERED.bit, Exclusion.SECTOR_REFUSED.bit
        (1, 8)
        """
        return _BITS[self]

    @property
    def is_unknown(self) -> bool:
        """Whether the limit could not be checked, so that a mandate may accept it."""
        return self.value.endswith("_unknown")


UNKNOWNS = tuple(reason for reason in Exclusion if reason.is_unknown)
"""Reasons that a mandate may accept."""

_BITS = {reason: 1 << position for position, reason in enumerate(Exclusion)}


def reasons_of(bits: int) -> tuple[Exclusion, ...]:
    """Expand the bits of one unit, in order.

    Examples
    --------
    >>> reasons_of(Exclusion.PLACE_REFUSED.bit | Exclusion.IDLE_TOO_LONG.bit)
    (<Exclusion.PLACE_REFUSED: 'place_refused'>, <Exclusion.IDLE_TOO_LONG: 'idle_too_long'>)
    """
    return tuple(reason for reason in Exclusion if bits & reason.bit)
