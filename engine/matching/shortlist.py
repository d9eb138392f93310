"""The ordered few units shown to one investor."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.mandate import FitPart, Mandate
from engine.matching.book import UnitBook
from engine.matching.fit import Fit
from engine.matching.limits import Limits
from engine.matching.reasons import against, price_bases, reasons, unknowns
from engine.matching.topk import top_k

DEFAULT_LIMIT = 10
_TEXTS = ("unit_id", "reasons", "against", "unknown", "price_basis", "triage", "red_flags", "origin")
METHOD = "weighted-parts-3"
"""Changes whenever the same book and mandate would give another list."""


@dataclass(frozen=True, eq=False, slots=True)
class Shortlist:
    """Units for one mandate, best first.

    Parameters
    ----------
    run_id
        Hash of book, mandate, limit, what was declined, and method: equal inputs give equal ids, and the list can be
        made again.
    mandate
        The criteria it answers.
    unit_id
        Shape (k,), best first.
    fit
        Shape (k,), 0..1.
    rows
        Shape (k,): rows of ``book``.
    units, feasible
        Counts: units in the book, and units that no hard limit excludes.
    terms
        The fit that ordered it, with the book and the weights.
    """

    run_id: str
    mandate: Mandate
    unit_id: NDArray[np.object_]
    fit: NDArray[np.float64]
    rows: NDArray[np.intp]
    units: int
    feasible: int
    terms: Fit = field(repr=False)

    @property
    def parts(self) -> NDArray[np.float64]:
        """Parts of the fit, shape (k, parts) in the order of ``FitPart``; a row's sum is its ``fit``."""
        return self.terms.parts(self.rows)

    @property
    def weights(self) -> dict[FitPart, float]:
        """Weight of each part, adding up to 1."""
        return self.terms.weights

    @property
    def counts(self) -> dict[str, int]:
        """``units`` in the book, ``feasible`` for this mandate, ``shown`` here."""
        return {"units": self.units, "feasible": self.feasible, "shown": len(self)}

    def __len__(self) -> int:
        return self.unit_id.size

    def table(self) -> pd.DataFrame:
        """The list as a table, one row a unit, best first.

        Returns
        -------
        pandas.DataFrame
            Columns ``position`` (1..k), ``unit_id``, ``fit``, ``part_NAME`` (add up to ``fit``), ``reasons`` (codes of
            ``FitReason``), ``factor`` (what the wishes of owner and bank leave of the fit, 0..1), ``against`` (codes of
            ``SideReason``: wishes that are not met, or not said to be), ``unknown`` (codes of ``Exclusion`` that could
            not be checked and were accepted so),
            ``price_basis`` (code of ``PriceBasis``), and as in the appraisal table ``triage``, ``red_flags``,
            ``prior_driven``, ``origin``. Codes are joined by ``;``.
        """
        frame = pd.DataFrame({"position": np.arange(1, len(self) + 1), "unit_id": self.unit_id, "fit": self.fit})
        book, parts = self.terms.book, self.parts
        for position, part in enumerate(FitPart):
            frame[f"part_{part.value}"] = parts[:, position]
        frame["reasons"] = reasons(self.terms, self.rows)
        frame["factor"] = self.terms.factors(self.rows)
        frame["against"] = against(self.terms, self.rows)
        frame["unknown"] = unknowns(self.terms, self.rows)
        frame["price_basis"] = price_bases(self.terms, self.rows)
        for name, column in {"triage": book.triage, **book.notes}.items():
            frame[name] = np.array(column.values, dtype=object)[column.codes[self.rows]]
        frame["prior_driven"] = frame["prior_driven"] == "True"
        return frame.astype(dict.fromkeys(_TEXTS, "str"))

    def lines(self) -> list[dict[str, Any]]:
        """What `table` says of each unit for a list on a screen, without a table: ten rows cost no frame.

        Returns
        -------
        list of dict
            ``position, unit_id, fit, part_NAME, reasons, factor, against, unknown, price_basis``, best first.
        """
        parts = self.parts.tolist()
        said = zip(
            reasons(self.terms, self.rows),
            self.terms.factors(self.rows).tolist(),
            against(self.terms, self.rows),
            unknowns(self.terms, self.rows),
            price_bases(self.terms, self.rows),
            strict=True,
        )
        names = [f"part_{part.value}" for part in FitPart]
        return [
            {
                "position": place,
                "unit_id": unit,
                "fit": fit,
                **dict(zip(names, row, strict=True)),
                "reasons": why,
                "factor": factor,
                "against": unmet,
                "unknown": unknown,
                "price_basis": basis,
            }
            for place, (unit, fit, row, (why, factor, unmet, unknown, basis)) in enumerate(
                zip(self.unit_id, self.fit.tolist(), parts, said, strict=True), 1
            )
        ]


def shortlist(
    book: UnitBook,
    mandate: Mandate,
    *,
    limit: int | None = None,
    among: NDArray[np.intp] | None = None,
    declined: Collection[str] = (),
) -> Shortlist:
    """Choose the units of a book that agree best with a mandate and break none of its hard limits.

    Parameters
    ----------
    book
        Appraised units, prepared once.
    mandate
        The investor's criteria.
    limit
        How many at most; by default the mandate's own limit, else 10.
    among
        Rows of the book that may be listed, ascending or not; all where ``None``.
    declined
        Units that the investor declined: they and what is like them step back (`engine.matching.novelty`).

    Returns
    -------
    Shortlist
        Ordered by fit, equal fits by ``unit_id``.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from engine.matching import UnitBook
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["1030", "2011"]}))
    >>> appraisal = units.assign(triage="offer", red_flags="", prior_driven=False, public_completeness=1.0,
    ...     feasibility_point=[0.2, 0.3], jobs_expected_point=[5.0, 6.0],
    ...     jobs_expected_per_billion_rial_point=[0.1, 0.1])
    >>> book = UnitBook.from_table(appraisal)
    >>> shortlist(book, Mandate(id="food", sectors={"must": ["10"]})).unit_id.tolist()
    ['a']
    """
    wanted = limit or mandate.limit or DEFAULT_LIMIT
    limits = Limits.of(book, mandate)
    fit = Fit.of(book, mandate, limits.money, declined)
    feasible = limits.feasible()
    if among is not None:
        feasible = np.intersect1d(feasible, among)
    score = fit.score(feasible)
    best = top_k(score, book.tie, wanted, feasible)
    return listed(fit, wanted, feasible[best], score[best], feasible=feasible.size, declined=declined)


def listed(
    fit: Fit,
    wanted: int,
    rows: NDArray[np.intp],
    score: NDArray[np.float64],
    *,
    feasible: int,
    declined: Collection[str] = (),
) -> Shortlist:
    """The list of rows that were chosen.

    Parameters
    ----------
    fit
        What ordered them.
    wanted
        How many were asked for.
    rows, score
        Shape (k,): rows of its book, best first, and their fit.
    feasible
        Units that no hard limit excludes.
    declined
        As of `shortlist`.
    """
    book, mandate = fit.book, fit.mandate
    return Shortlist(
        run_id=_run_id(book, mandate, wanted, declined),
        mandate=mandate,
        unit_id=book.unit_id[rows],
        fit=score,
        terms=fit,
        rows=rows,
        units=len(book),
        feasible=feasible,
    )


def shortlists(book: UnitBook, mandates: Sequence[Mandate], *, limit: int | None = None) -> list[Shortlist]:
    """One shortlist a mandate, in the order given; equal to :func:`shortlist` one by one."""
    return [shortlist(book, mandate, limit=limit) for mandate in mandates]


def _run_id(book: UnitBook, mandate: Mandate, limit: int, declined: Collection[str]) -> str:
    content = "\0".join([METHOD, book.version, mandate.digest, str(limit), *sorted(declined)])
    return hashlib.blake2b(content.encode(), digest_size=12).hexdigest()
