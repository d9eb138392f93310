"""Units as the register first found them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.unit import Confidence, DealForm, Origin, Status, unit_table
from engine.reference import table
from experiments.province_simulator.calendar import Days, day_within
from experiments.province_simulator.history import History
from experiments.province_simulator.population import Region, SimulatedStock, by_sector
from experiments.province_simulator.truth import SOURCE, Flags, Floats, Numbers, Parameters

MARK = "ساختگی"
OUTSIDE = "خارج از شهرک"
BLANKS = (
    "established_on", "export_share", "land_m2", "building_m2", "machinery_year", "power_kw", "bank_debt_rial",
    "tax_debt_rial", "social_security_debt_rial", "litigation_count", "title_deed", "capital_needed_rial",
    "working_capital_needed_rial", "jobs_promised", "deal_forms",
)  # fmt: skip
"""Fields that registers leave empty; here it happens by chance alone."""

_RIAL_PER_JOB = 3e9
_MILLION = 1_000_000


def unit_rows(
    truth: Parameters, place: Region, drawn: SimulatedStock, history: History, rows: Numbers, ids: pd.Index,
    ends: Days, *, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Unit table of the recorded units of a block; the shapes of sizes and sums are assumed.

    Parameters
    ----------
    truth, place, drawn, history
        Of the block.
    rows, ids
        The recorded units, and their names.
    ends
        Month ends.
    rng
        Source of randomness.
    """
    units, since = drawn.take(rows), history.since_at_record[rows]
    n, revivals = len(rows), history.revivals_at_record[rows]
    semi = units.semi_active & (revivals == 0)
    before = np.rint(np.exp(units.size))
    capital = before * _RIAL_PER_JOB * np.exp(0.5 * rng.standard_normal(n) - 0.1 * units.quality)
    stopped = day_within(ends, since, units.day_share)
    made = stopped.astype("datetime64[Y]").astype(np.int64) + 1970 - units.machinery_age
    land = np.exp(6.6 + 0.6 * units.size + 0.5 * rng.standard_normal(n))
    sector = np.array([each["isic"] for each in truth["sector"]])[units.sector]
    county = np.array(place.county)[units.county]
    frame = pd.DataFrame(
        {
            "business_id": _licences(ids),
            "name": [f"واحد {MARK} {name.rpartition('-')[2]}" for name in ids],
            "province": truth["place"]["province"],
            "county": county,
            "estate": np.where(units.estate, "شهرک صنعتی " + pd.Series(county).map(_persian(truth)), OUTSIDE),
            "isic": sector,
            "sector_text": pd.Series(sector).map(table("isic").set_index("code")["title_fa"]).to_numpy(),
            "status": np.where(semi, Status.SEMI_ACTIVE.value, Status.IDLE.value),
            "stopped_on": stopped,
            "stopped_on_precision": "day",
            "stop_causes": _joined(units.causes, list(truth["cause"])),
            "established_on": _year_starts(made - rng.integers(0, 6, n)),
            "established_on_precision": "year",
            "prior_revivals": revivals,
            "capacity_share": np.where(semi, np.round(rng.uniform(0.1, 0.49, n), 2), 0.0),
            "export_share": np.where(rng.random(n) < 0.2, np.round(rng.beta(1 + np.exp(units.quality), 5), 2), 0.0),
            "jobs_before_stop": before,
            "jobs_now": jobs_now(units, revivals),
            "jobs_promised": promised(truth, units, rng.standard_normal(n)),
            "land_m2": np.rint(land),
            "building_m2": np.rint(land * rng.beta(3, 5, n)),
            "machinery_year": made,
            "power_kw": np.rint(np.exp(2.6 + 0.9 * units.size + 0.5 * rng.standard_normal(n))),
            "bank_debt_rial": _debt(truth, units, "bank_debt", capital, 0.35, rng),
            "tax_debt_rial": _debt(truth, units, "working_capital", capital, 0.03, rng),
            "social_security_debt_rial": _debt(truth, units, "management", capital, 0.04, rng),
            "bank_owned": units.bank_owned,
            "title_deed": units.title_deed,
            "litigation_count": rng.poisson(0.2 + 1.5 * _has(truth, units, "legal_dispute")),
            "capital_needed_rial": _rounded(capital),
            "working_capital_needed_rial": _rounded(capital * rng.uniform(0.15, 0.5, n)),
            "deal_forms": np.array([each.value for each in DealForm])[rng.integers(0, len(DealForm), n)],
            "notes": f"{MARK} / synthetic",
            "origin": Origin.SYNTHETIC.value,
            "source": SOURCE,
            "as_of": ends[history.recorded[rows] + 1],
            "confidence": Confidence.DECLARED.value,
            "price_year": truth["fields"]["price_year"],
        },
        index=ids,
    )  # fmt: skip
    blank = rng.random((n, len(BLANKS))) < truth["fields"]["blank_share"]
    for column, name in enumerate(BLANKS):
        frame[name] = frame[name].mask(blank[:, column])
    frame["established_on_precision"] = frame["established_on_precision"].where(frame["established_on"].notna())
    return unit_table(frame)


def jobs_now(units: SimulatedStock, revivals: Numbers) -> Floats:
    """Persons at work while the unit stands idle (none) or works below half its capacity."""
    return np.where(units.semi_active & (revivals == 0), np.rint(np.exp(units.size) * units.kept), 0.0)


def promised(truth: Parameters, units: SimulatedStock, noise: Floats) -> Floats:
    """Jobs that an owner promises: what units of the sector and size bring, made larger; he knows no more than that."""
    jobs = truth["jobs"]
    log = jobs["log_mean"] + jobs["size"] * (units.size - np.log(20)) + by_sector(truth, "jobs")[units.sector]
    spread = jobs["promise_spread"]
    realised = np.exp(log + spread * noise - spread**2 / 2)
    promise: Floats = np.maximum(1, np.rint(realised / jobs["realised_per_promised"]))
    return promise


def _debt(
    truth: Parameters, units: SimulatedStock, cause: str, capital: Floats, share: float, rng: np.random.Generator
) -> Floats:
    n = len(units)
    size = share * capital * np.exp(0.8 * rng.standard_normal(n) - 0.3 * units.quality)
    owes = rng.random(n) < np.where(_has(truth, units, cause), 0.95, 0.45)
    return np.where(owes, _rounded(size), 0.0)


def _has(truth: Parameters, units: SimulatedStock, cause: str) -> Flags:
    return units.causes[:, list(truth["cause"]).index(cause)]


def _rounded(rial: Floats) -> Floats:
    return np.rint(rial / (10 * _MILLION)) * (10 * _MILLION)


def _joined(causes: Flags, names: list[str]) -> np.ndarray:
    """Sorted codes joined by ``;``, missing where there is none: each pattern is written once."""
    order = np.argsort(names)
    pattern = causes[:, order] @ (1 << np.arange(len(names)))
    distinct, inverse = np.unique(pattern, return_inverse=True)
    texts = [";".join(names[order[bit]] for bit in range(len(names)) if one >> bit & 1) or None for one in distinct]
    return np.array(texts, dtype=object)[inverse]


def _licences(ids: pd.Index) -> list[str]:
    """Twelve digits of a series that nobody gives out: 99, the last two digits of the seed, the unit's number."""
    return [f"99{int(seed) % 100:02d}{number:0>8}" for _, seed, number in (name.split("-") for name in ids)]


def _persian(truth: Parameters) -> dict[str, str]:
    rows = table("counties")
    here = rows[rows["province"] == truth["place"]["province"]]
    return dict(zip(here["county"], here["name_fa"], strict=True))


def _year_starts(year: Floats) -> np.ndarray:
    return (year.astype(np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[D]")
