"""Shortlist of 50 under hard limits on ticket, sector and county, against bare numpy.

The bare baseline is the most favourable one we could think of: it is handed a float32 matrix whose columns are the
parts of this very mandate (also those that ours has to work out: sector, place and ticket), ready boolean lookups for
sector and county, and int16 codes; rows stand in random order, since sorting them is the idea being measured. It masks,
gathers, multiplies (one sgemv) and calls ``argpartition``. It does not resolve the mandate's names, compare price
years, check triage or order equal fits; ours does all of that inside the measured time. Parts and reasons of the fifty
units are made on request and not timed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.mandate import FitPart, Mandate
from engine.domain.unit import Field, unit_table
from engine.matching import UnitBook, shortlist
from engine.matching.fit import Fit
from engine.matching.money import ticket_bounds
from engine.reference.tables import table
from experiments.bench.timing import compare

SHOWN = 50
SECTORS, SECTORS_WANTED = 40, 6
COUNTIES, COUNTIES_WANTED = 400, 120
CALLS = {100_000: 20, 1_000_000: 3}
"""Calls in one timed run: one call on 100,000 units is shorter than the noise of the machine."""


def measure_100k(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Shortlist over 100,000 synthetic units."""
    return measure(100_000, random_state=random_state, repeats=repeats)


def measure_1m(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Shortlist over 1,000,000 synthetic units."""
    return measure(1_000_000, random_state=random_state, repeats=repeats)


def measure(size: int, *, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Assert that both give the same units, then time them; seconds are per call."""
    appraisal, mandate = synthetic(size, random_state=random_state)
    book = UnitBook.from_table(appraisal)
    bare = Bare(book, mandate, random_state=random_state)
    _assert_equal(book, mandate, bare)
    calls = CALLS.get(size, 20)
    figures = compare(
        lambda: [shortlist(book, mandate, limit=SHOWN) for _ in range(calls)],
        lambda: [bare.best(SHOWN) for _ in range(calls)],
        repeats=repeats,
    )
    return figures | {name: figures[name] / calls for name in ("ours_seconds", "bare_seconds")}


class Bare:
    """The same question put to bare numpy.

    Parameters
    ----------
    book, mandate
        Where lookups and part columns are taken from; rows are shuffled.
    """

    def __init__(self, book: UnitBook, mandate: Mandate, *, random_state: int) -> None:
        rows = np.random.default_rng(random_state).permutation(len(book))
        money = ticket_bounds(mandate, book.price_year.values)
        fit = Fit.of(book, mandate, money)
        ticket = mandate.ticket_rial
        assert ticket is not None
        assert ticket.min is not None
        assert ticket.max is not None
        self.unit_id = book.unit_id[rows]
        self.sector = book.sector.codes[rows].astype(np.int16)
        self.place = book.place.codes[rows].astype(np.int16)
        self.capital = book.numbers[Field.CAPITAL_NEEDED_RIAL][rows]
        self.sector_ok = np.isin(book.sector.values, mandate.sectors.must)
        self.place_ok = np.isin([str(place) for place in book.place.values], mandate.places.must)
        self.low, self.high = float(ticket.min), float(ticket.max)
        columns = [fit.agreement(part, slice(None))[rows] for part in FitPart]
        self.matrix = np.ascontiguousarray(np.column_stack(columns), dtype=np.float32)
        self.weights = np.array(list(fit.weights.values()), dtype=np.float32)

    def best(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Ids and fits of the k best, best first."""
        mask = self.sector_ok[self.sector] & self.place_ok[self.place]
        mask &= (self.capital >= self.low) & (self.capital <= self.high)
        rows = np.flatnonzero(mask)
        fit = self.matrix[rows] @ self.weights
        best = np.argpartition(fit, fit.size - k)[-k:]
        best = best[np.argsort(-fit[best])]
        return self.unit_id[rows[best]], fit[best]


def synthetic(size: int, *, random_state: int = 0) -> tuple[pd.DataFrame, Mandate]:
    """A made-up appraisal table of that many units, all on offer, and a mandate that about 3 % of them pass."""
    draw = np.random.default_rng(random_state)
    codes = table("isic").query("level == 'class'")["code"].to_numpy()[:: max(1, 419 // SECTORS)][:SECTORS]
    counties = table("counties").iloc[:COUNTIES]
    place = counties.iloc[draw.integers(COUNTIES, size=size)]
    capital = draw.integers(10, 8000, size)
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"s{number:07d}" for number in range(size)],
                "isic": draw.choice(codes, size),
                "province": place["province"].to_numpy(),
                "county": place["county"].to_numpy(),
                "status": "idle",
                "capital_needed_rial": capital * 10**9,
                "origin": "synthetic",
                "confidence": draw.choice(["declared", "reviewed", "verified"], size),
                "price_year": 1404,
            }
        )
    )
    feasibility, jobs = draw.beta(2, 6, size), draw.gamma(2, 15, size)
    appraisal = units.assign(
        feasibility_point=feasibility,
        jobs_expected_point=feasibility * jobs,
        jobs_expected_per_billion_rial_point=feasibility * jobs / capital,
        triage="offer",
        red_flags="",
        prior_driven=True,
        public_completeness=1.0,
    )
    must = draw.choice(codes, SECTORS_WANTED, replace=False).tolist()
    wanted = counties.iloc[draw.choice(COUNTIES, COUNTIES_WANTED, replace=False)]
    places = [f"{province}/{county}" for province, county in zip(wanted["province"], wanted["county"], strict=True)]
    mandate = Mandate.read(
        {
            "id": "bench",
            "price_year": 1404,
            "ticket_billion_rial": [500, 3000, 6000],
            "sectors": {"must": must, "like": must[:2]},
            "places": {"must": places, "like": places[:3]},
        }
    )
    return appraisal, mandate


def _assert_equal(book: UnitBook, mandate: Mandate, bare: Bare) -> None:
    ours = shortlist(book, mandate, limit=SHOWN)
    ids, fits = bare.best(SHOWN)
    assert np.allclose(ours.fit, fits, atol=1e-6), "fits differ"
    clear = ours.fit > ours.fit[-1] + 1e-6  # float32 of the baseline cannot order fits nearer than this
    assert {*ours.unit_id[clear]} <= {*ids}, "the lists differ"
