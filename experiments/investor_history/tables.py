"""Public records of deals as the arrays of `engine.matching.revealed`: investments, rounds, companies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.matching.revealed import UNKNOWN, Counts, Deals, Offers
from training.models.deal_flow import Bits

INVESTMENTS = ["investor_key", "name_key", "funded_when", "amount_usd", "raised_amount_usd", "funding_round_type"]
ROUNDS = ["name_key", "funded_at", "funding_round_type", "raised_amount_usd"]
COMPANIES = ["name_key", "category_code", "state_code", "region", "city", "founded_at"]

_PLACES = {"sector": "category_code", "state": "state_code", "region": "region", "city": "city"}
_STAGES = {"private-equity": "series-c+", "post-ipo": "series-c+", "crowdfunding": "other"}
_AGES = [0.5, 1.5, 3.0, 5.0, 8.0]
"""Ends of bands of a company's age at its round, years."""
_AMOUNTS = [5.3, 5.8, 6.2, 6.5, 6.8, 7.1, 7.5]
"""Ends of bands of a round's size, logarithms of dollars."""
_YEAR = 365.25

PAIRS = (("sector", "region"), ("sector", "stage"), ("region", "stage"), ("sector", "size"), ("state", "size"))
"""Traits that are also counted together."""

SIZE = ("amount", "size", "sector_size", "state_size", "partners_size", "offer_size")
"""Beginnings of the names of all parts that read a round's size."""


@dataclass(frozen=True, eq=False, slots=True)
class DealHistory:
    """All deals with their investors, and all rounds.

    Parameters
    ----------
    deals
        By day; offers are companies.
    rounds
        Day and company of each round, with its traits as an offer.
    investors, companies
        Keys, in the order of their codes.
    """

    deals: Deals
    round_day: Counts
    rounds: Offers
    investors: pd.Index
    companies: pd.Index

    def offers(self, begin: int, end: int) -> tuple[Offers, Counts]:
        """Companies that raise in a window, each by its first round there; and the codes of those companies."""
        inside = np.flatnonzero((self.round_day >= begin) & (self.round_day < end))
        inside = inside[np.argsort(self.round_day[inside], kind="stable")]
        _, first = np.unique(self.rounds.offer[inside], return_index=True)
        chosen = inside[np.sort(first)]
        traits = {name: codes[chosen] for name, codes in self.rounds.traits.items()}
        company = self.rounds.offer[chosen]
        known = np.isin(company, self.deals.offer[self.deals.day < begin])
        offers = Offers(np.where(known, company, UNKNOWN), traits, self.rounds.amount[chosen])
        return offers, company

    def experienced(self, begin: int, least: int) -> Counts:
        """Investors with so many companies, or more, before a day."""
        before = self.deals.day < begin
        pairs = np.unique(np.column_stack([self.deals.investor[before], self.deals.offer[before]]), axis=0)
        return np.flatnonzero(np.bincount(pairs[:, 0], minlength=len(self.investors)) >= least)

    def joined(self, who: Counts, company: Counts, begin: int, end: int) -> Bits:
        """Which of the companies each investor joins in a window for the first time, shape (who, company)."""
        deals = self.deals
        row, column = (
            pd.Index(codes).get_indexer(pd.Index(of)) for codes, of in ((who, deals.investor), (company, deals.offer))
        )
        there = (row >= 0) & (column >= 0)
        found, before = (np.zeros((len(who), len(company)), dtype=bool) for _ in range(2))
        now, past = there & (deals.day >= begin) & (deals.day < end), there & (deals.day < begin)
        found[row[now], column[now]] = True
        before[row[past], column[past]] = True
        return found & ~before


def read_history(investments: Sequence[Path], rounds: Sequence[Path], companies: Sequence[Path]) -> DealHistory:
    """Read Parquet files; of rows that occur in several files one counts.

    Raises
    ------
    EhyaError
        ``file_not_found``; ``unknown_column`` with the columns that are missing.
    """
    deals = _rows(investments, INVESTMENTS).drop_duplicates(["investor_key", "name_key", "funded_when"])
    raised = _rows(rounds, ROUNDS).drop_duplicates(["name_key", "funded_at"])
    # what has no date was neither before nor after any day
    deals, raised = deals.dropna(subset=["funded_when"]), raised.dropna(subset=["funded_at"])
    known = _rows(companies, COMPANIES).drop_duplicates("name_key", keep="last").set_index("name_key")
    deals, raised = (
        frame.sort_values(day, kind="stable") for frame, day in ((deals, "funded_when"), (raised, "funded_at"))
    )
    names = pd.Index(pd.concat([deals["name_key"], raised["name_key"]]).unique())
    investors = pd.Index(deals["investor_key"].unique())
    deals["amount"] = deals["raised_amount_usd"].fillna(deals["amount_usd"])
    raised["amount"] = raised["raised_amount_usd"]
    described = known.reindex(names)
    values: dict[str, pd.Index] = {name: pd.Index(known[column].dropna().unique()) for name, column in _PLACES.items()}
    values["stage"] = pd.Index(["angel", "series-a", "venture", "series-b", "series-c+", "other"])
    deal_traits, round_traits = (
        _traits(frame, described.loc[frame["name_key"]], day, values)
        for frame, day in ((deals, "funded_when"), (raised, "funded_at"))
    )
    company, of_round = names.get_indexer(pd.Index(deals["name_key"])), names.get_indexer(pd.Index(raised["name_key"]))
    deals_of = Deals(
        investors.get_indexer(pd.Index(deals["investor_key"])),
        company,
        days(deals["funded_when"]),
        deal_traits,
        deals["amount"].to_numpy(dtype=np.float64),
    )
    offers = Offers(of_round, round_traits, raised["amount"].to_numpy(dtype=np.float64))
    return DealHistory(deals_of, days(raised["funded_at"]), offers, investors, names)


def days(when: pd.Series) -> Counts:
    """Whole days since 1970."""
    found: Counts = when.to_numpy(dtype="datetime64[D]").astype(np.int64)
    return found


def _rows(paths: Sequence[Path], columns: list[str]) -> pd.DataFrame:
    frames = []
    for path in paths:
        if not path.is_file():
            raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
        frame = pd.read_parquet(path)
        if missing := [column for column in columns if column not in frame]:
            raise EhyaError(ErrorCode.UNKNOWN_COLUMN, given=missing, file=path.name, allowed=list(frame.columns))
        frames.append(frame[columns])
    return pd.concat(frames, ignore_index=True)


def _traits(frame: pd.DataFrame, company: pd.DataFrame, day: str, values: dict[str, pd.Index]) -> dict[str, Counts]:
    found = {name: values[name].get_indexer(pd.Index(company[column])) for name, column in _PLACES.items()}
    found["stage"] = values["stage"].get_indexer(pd.Index(frame["funding_round_type"].replace(_STAGES)))
    since = frame[day].to_numpy(dtype="datetime64[D]") - company["founded_at"].to_numpy(dtype="datetime64[D]")
    found["age"] = _bands(since.astype("timedelta64[D]").astype(np.float64) / _YEAR, np.isnat(since), _AGES)
    amount = frame["amount"].to_numpy(dtype=np.float64)
    unknown = ~(amount > 0)
    found["size"] = _bands(np.log10(np.where(unknown, 1.0, amount)), unknown, _AMOUNTS)
    return found


def _bands(values: np.ndarray, unknown: np.ndarray, ends: list[float]) -> Counts:
    return np.where(unknown, UNKNOWN, np.digitize(values, ends)).astype(np.int64)
