"""What each part of the score weighs, and what it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from serving.desk.appraisal import Appraised


def weighing(appraised: Appraised) -> pd.DataFrame:
    """Weight and effective influence of each part over the units that have a score.

    Parameters
    ----------
    appraised
        An appraisal for an audience.

    Returns
    -------
    pandas.DataFrame
        Index ``part``: ``weight`` (sum one), ``influence`` (share in the variance of the score, sum one). A part that
        weighs nothing, such as ``fit`` without priorities, is left out.

    Raises
    ------
    EhyaError
        ``influence_out_of_reach``.
    """
    from engine.appraisal import weighing as weighed

    found = weighed(appraised.table, appraised.terms)
    return found[found["weight"] > 0]
