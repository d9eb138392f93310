"""What became of an order: against the usual weights, or against what was known before the last register came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from engine.codes import Code
from engine.ranking.swap import RankAgreement, agreement

if TYPE_CHECKING:
    from serving.desk.appraisal import Appraised
    from serving.desk.office import Office


class Against(Code):
    """With which order one is compared."""

    USUAL = "usual_weights"
    IMPORT = "last_import"


@dataclass(frozen=True, eq=False, slots=True)
class Changed:
    """What became of an order.

    Parameters
    ----------
    against
        With which order it is compared.
    known_by
        The day up to which things were known then; ``None`` against other weights.
    agreement
        Kendall's tau, who moved and by which parts of the score, who came and who went; ``None`` where there is
        nothing to compare: the weights are the usual ones, or nothing was known before.
    """

    against: Against
    known_by: pd.Timestamp | None
    agreement: RankAgreement | None


def changed(office: Office, found: Appraised, usual: Appraised, against: Against) -> Changed:
    """Compare an order with another one, over all units.

    Parameters
    ----------
    office
        Whose appraisals are kept.
    found, usual
        The order, and that of the usual weights (`serving.desk.office.Office.beside_usual`).
    against
        With which order.

    Raises
    ------
    EhyaError
        As `serving.desk.office.Office.before_last_import`.
    """
    if against is Against.IMPORT:
        earlier = office.before_last_import(found.question)
        if earlier is None:
            return Changed(against, None, None)
        return Changed(against, earlier[0], agreement(earlier[1], found.table))
    if found.question == usual.question:
        return Changed(against, None, None)
    return Changed(against, None, agreement(usual.table, found.table))
