"""Rank what investors join next by what their deals reveal, with baselines and peers beside it.

Deal flow: for each investor with at least three companies before the cut-off, all companies that raise in the window
are ranked; right are those that it then joins for the first time. The reverse ranks those investors for each company.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.matching.revealed import Floats, Revealed
from experiments.investor_history.tables import PAIRS, SIZE, DealHistory, days, read_history
from training.models.deal_flow import Bits, Window, drawn_pairs, fit_deal_flow

LEAST = 3
"""Companies that an investor must have joined before."""
WINDOWS = 3
"""Windows in the past that the model learns from."""
FORESTS = 2
"""Draws of what was not joined."""
STEP = 274
"""Days from one such window to the one before it."""
FIRST, FAR = 10, 50
"""Places that NDCG and recall look at."""
DRAWS = 1000


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, run, print a table, write JSON."""
    options = _options(arguments)
    history = read_history(options.investments, options.rounds, options.companies)
    begin, end = (int(day) for day in days(pd.Series([options.cutoff, options.until])))
    how = {"windows": options.windows, "forests": options.forests, "random_state": options.random_state}
    results = study(history, begin, end, **how)
    print(_printed(results))
    if options.out:
        options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


def study(
    history: DealHistory, begin: int, end: int, *, windows: int = WINDOWS, forests: int = FORESTS, random_state: int = 0
) -> dict[str, Any]:
    """Learn from windows that end before the cut-off, and judge in the window after it.

    Parameters
    ----------
    history
        Deals and rounds.
    begin, end
        Days of the cut-off and of the end.
    windows
        How many windows of equal length are learnt from.
    forests
        How many draws of what was not joined.
    random_state
        Fixes draws.
    """
    length = end - begin
    starts = [begin - length - STEP * place for place in range(windows)]
    past = [window_of(history, start, start + length) for start in starts]
    now = window_of(history, begin, end)
    joining = now.chosen.any(axis=1)
    judged = Window(now.revealed, now.who[joining], now.chosen[joining])
    found = np.flatnonzero(now.chosen.any(axis=0))
    learnt = {
        (sized, of_offers): fit_deal_flow(
            past, of_offers=of_offers, without=() if sized else SIZE, forests=forests, random_state=random_state
        )
        for sized in (True, False)
        for of_offers in (False, True)
    }
    deal, plain = (learnt[sized, False].scores(judged) for sized in (True, False))
    warm = judged.revealed.funded
    reverse, reverse_plain = (learnt[sized, True].scores(now, offers=found).T for sized in (True, False))
    others, inside = now.chosen[:, found].T, now.revealed.joined(now.who)[:, found].T
    popularity, usual = _popularity(history, now, begin)
    peers = _peers(past, judged, random_state)
    draw = np.random.default_rng(random_state)

    def of(scores: Floats, chosen: Bits = judged.chosen) -> dict[str, Any]:
        return figures(scores, chosen, draw)

    return {
        "cutoff": str(np.datetime64(begin, "D")),
        "until": str(np.datetime64(end, "D")),
        "investors": int(joining.sum()),
        "offers": int(now.chosen.shape[1]),
        "joined": int(judged.chosen.sum()),
        "deal": of(deal),
        "deal_no_size": of(plain),
        "cold": of(np.where(warm, -np.inf, deal), judged.chosen & ~warm),
        "cold_no_size": of(np.where(warm, -np.inf, plain), judged.chosen & ~warm),
        "warm": of(np.where(warm, deal, -np.inf), judged.chosen & warm),
        "reverse": of(reverse, others),
        "reverse_no_size": of(reverse_plain, others),
        "peers": {name: of(scores) for name, scores in peers.items()},
        "baselines": {
            "popularity": of(np.where(judged.revealed.joined(judged.who), -np.inf, popularity)),
            "reverse_popularity": of(np.where(inside, -np.inf, usual), others),
            "wishes_alone": of(_wishes(judged)),
        },
        "learnt_from": [str(np.datetime64(start, "D")) for start in starts],
    }


def window_of(history: DealHistory, begin: int, end: int) -> Window:
    """What was revealed before a day, and what came of it."""
    offers, company = history.offers(begin, end)
    revealed = Revealed.of(
        history.deals.before(begin), offers, investors=len(history.investors), now=begin, pairs=PAIRS
    )
    who = history.experienced(begin, LEAST)
    return Window(revealed, who, history.joined(who, company, begin, end))


def figures(scores: Floats, chosen: Bits, draw: np.random.Generator) -> dict[str, Any]:
    """NDCG at 10 with a 95 % bootstrap interval over rows, recall at 50, and the mean reciprocal rank.

    Parameters
    ----------
    scores, chosen
        Shape (rows, ranked): who is ranked first, and what is right. Rows without anything right are left out.
    draw
        Draws rows for the interval.

    Examples
    --------
    >>> found = figures(np.array([[3.0, 2.0, 1.0]]), np.array([[False, True, False]]), np.random.default_rng(0))
    >>> found["ndcg_10"], found["mrr"], found["recall_50"]
    (0.6309, 0.5, 1.0)
    """
    some = chosen.any(axis=1)
    scores, chosen = scores[some], chosen[some]
    if not len(chosen):
        return {"n": 0}
    order = np.argsort(-scores, axis=1, kind="stable")
    right = np.take_along_axis(chosen, order, axis=1)
    gain = 1.0 / np.log2(np.arange(FIRST) + 2.0)
    gain = gain[: right.shape[1]]
    count = chosen.sum(axis=1)
    best = np.concatenate([[0.0], np.cumsum(gain)])[np.minimum(count, len(gain))]
    ndcg = (right[:, : len(gain)] * gain).sum(axis=1) / best
    means = ndcg[draw.integers(0, len(ndcg), (DRAWS, len(ndcg)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "n": len(chosen),
        "ndcg_10": round(float(ndcg.mean()), 4),
        "ndcg_10_low": round(float(low), 4),
        "ndcg_10_high": round(float(high), 4),
        "recall_50": round(float((right[:, :FAR].sum(axis=1) / count).mean()), 4),
        "mrr": round(float((1.0 / (right.argmax(axis=1) + 1.0)).mean()), 4),
    }


def _popularity(history: DealHistory, now: Window, begin: int) -> tuple[Floats, Floats]:
    """Deals of the last year, of each offer and of each investor."""
    year = (history.deals.day < begin) & (history.deals.day >= begin - 365)
    offers = np.bincount(history.deals.offer[year], minlength=len(history.companies))
    investors = np.bincount(history.deals.investor[year], minlength=len(history.investors))
    code = now.revealed.codes
    return np.where(code >= 0, offers[np.maximum(code, 0)], 0).astype(np.float64), investors[now.who].astype(np.float64)


def _wishes(judged: Window) -> Floats:
    """The wishes that an investor's own deals state, each alike, without a learned weight or a partner."""
    names = [judged.revealed.names.index(name) for name in ("sector", "region", "stage", "size", "age")]
    found = np.full(judged.chosen.shape, -np.inf)
    for rows, parts, joined in judged.blocks():
        found[rows] = np.where(joined, -np.inf, parts[:, :, names].sum(axis=2))
    return found


def _peers(past: list[Window], judged: Window, random_state: int) -> dict[str, Floats]:
    """Nearest companies by shared investors (cosine), and a logistic regression on the investors' own shares."""
    names = judged.revealed.names
    beside = names.index("beside")
    own = [place for place, name in enumerate(names) if not name.startswith(("partners_", "beside", "investor_"))]
    near, content = (np.full(judged.chosen.shape, -np.inf) for _ in range(2))
    lessons = [drawn_pairs(window, draws=1, random_state=random_state)[0] for window in past]
    parts = np.concatenate([pairs[:, own] for pairs, _ in lessons]).astype(np.float64)
    taken = np.concatenate([joined for _, joined in lessons])
    line = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), LogisticRegression(max_iter=500))
    line.fit(parts, taken)
    for rows, block, joined in judged.blocks():
        near[rows] = np.where(joined, -np.inf, block[:, :, beside])
        flat = line.decision_function(block[:, :, own].reshape(-1, len(own))).reshape(joined.shape)
        content[rows] = np.where(joined, -np.inf, flat)
    return {"item_knn": near, "content_logistic": content}


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m experiments.investor_history", description=__doc__)
    for name, what in (("investments", "who joined which round"), ("rounds", "rounds"), ("companies", "companies")):
        parser.add_argument(f"--{name}", type=Path, nargs="+", required=True, metavar="FILE.parquet", help=what)
    parser.add_argument("--cutoff", type=pd.Timestamp, required=True, metavar="DATE", help="what is known is before it")
    parser.add_argument("--until", type=pd.Timestamp, required=True, metavar="DATE", help="end of the window judged")
    parser.add_argument("--windows", type=int, default=WINDOWS, help="windows in the past that are learnt from")
    parser.add_argument("--forests", type=int, default=FORESTS, help="draws of what was not joined")
    parser.add_argument("--random-state", type=int, default=0)
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    return parser.parse_args(arguments)


def _printed(results: dict[str, Any]) -> str:
    rows: dict[str, dict[str, Any]] = {
        name: results[name]
        for name in ("deal", "deal_no_size", "cold", "cold_no_size", "warm", "reverse", "reverse_no_size")
    }
    rows |= {f"peer: {name}": one for name, one in results["peers"].items()}
    rows |= {f"baseline: {name}": one for name, one in results["baselines"].items()}
    head = f"{results['investors']} investors, {results['offers']} companies, {results['cutoff']} to {results['until']}"
    return head + "\n" + pd.DataFrame(rows).T.to_string()
