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
    """Quantities that are predicted, each as ``NAME_low``, ``NAME_point``, ``NAME_high`` (80 % interval).

    The interval of ``feasibility`` is that of the estimate: where the figure of units whose records read alike may lie.
    That of ``feasibility_unit``, around the same point, is how far the unit itself may lie from it.
    """

    REPORTED_STATUS = "reported_status"
    FEASIBILITY = "feasibility"
    FEASIBILITY_UNIT = "feasibility_unit"
    JOBS_IF_REVIVED = "jobs_if_revived"
    JOBS_EXPECTED = "jobs_expected"
    JOBS_PER_BILLION_RIAL = "jobs_per_billion_rial"
    JOBS_EXPECTED_PER_BILLION_RIAL = "jobs_expected_per_billion_rial"


BOUNDS = ("low", "point", "high")

FOR_PERSONS = tuple(output for output in Output if output is not Output.FEASIBILITY)
"""What is said to a person of one unit: of feasibility how far the unit itself may lie. Sheets and JSON hold both."""


def columns(output: Output) -> tuple[str, str, str]:
    """Columns of one output, lowest first.

    Examples
    --------
    >>> columns(Output.FEASIBILITY)
    ('feasibility_low', 'feasibility_point', 'feasibility_high')
    """
    low, point, high = (f"{output.value}_{bound}" for bound in BOUNDS)
    return low, point, high


def figure_columns() -> list[str]:
    """Columns of all outputs in order, each figure once: both intervals of feasibility lie around the same point.

    Examples
    --------
    >>> figure_columns()[3:8]
    ['feasibility_low', 'feasibility_point', 'feasibility_high', 'feasibility_unit_low', 'feasibility_unit_high']
    """
    repeated = columns(Output.FEASIBILITY_UNIT)[1]
    return [name for output in Output for name in columns(output) if name != repeated]
