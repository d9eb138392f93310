"""What a model says of a unit: names of the columns of a prediction table."""

from __future__ import annotations

from engine.codes import Code


class NotScorable(Code):
    """Why a unit gets no prediction: it never gets an invented number."""

    NO_SECTOR = "no_sector"
    NO_PLACE = "no_place"
    NO_STATUS = "no_status"
    NO_IDLE_TIME = "no_idle_time"
    NOT_IDLE = "not_idle"
    NO_JOBS_NOW = "no_jobs_now"  # withholds jobs only


class Output(Code):
    """Quantities that are predicted, each as ``NAME_low``, ``NAME_point``, ``NAME_high`` (80 % interval)."""

    REPORTED_STATUS = "reported_status"
    FEASIBILITY = "feasibility"
    JOBS_IF_REVIVED = "jobs_if_revived"
    JOBS_EXPECTED = "jobs_expected"
    JOBS_PER_BILLION_RIAL = "jobs_per_billion_rial"
    JOBS_EXPECTED_PER_BILLION_RIAL = "jobs_expected_per_billion_rial"


BOUNDS = ("low", "point", "high")


def columns(output: Output) -> tuple[str, str, str]:
    """Columns of one output, lowest first.

    Examples
    --------
    >>> columns(Output.FEASIBILITY)
    ('feasibility_low', 'feasibility_point', 'feasibility_high')
    """
    low, point, high = (f"{output.value}_{bound}" for bound in BOUNDS)
    return low, point, high
