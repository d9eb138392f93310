"""A thousand mandates over 100,000 units against bare blocked matrix products; an event with exposure limits.

The bare baseline is handed a float32 matrix of the parts that no mandate changes, the mandates' weights and nothing
else: it multiplies in blocks (sgemm) and takes the k largest with ``argpartition``. Ours also holds every unit to the
hard limits (publication, verdict, risk appetite, ticket), orders equal fits and adds sector, place and ticket.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from engine.domain.mandate import Mandate
from engine.matching import UnitBook, shortlists
from engine.matching.event import event
from engine.matching.event_terms import EventTerms
from engine.matching.fit import weights_of
from engine.matching.proportions import STATIC_PARTS
from experiments.bench.shortlist import synthetic
from experiments.bench.timing import compare

UNITS, MANDATES, SHOWN, BLOCK = 100_000, 1_000, 10, 50
EVENT = (800, 200)


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of the batch to the bare one, and the seconds of an event of 800 units and 200 investors."""
    draw = np.random.default_rng(random_state)
    table, _ = synthetic(UNITS, random_state=random_state)
    book = UnitBook.from_table(table)
    wanted = mandates(table, MANDATES, draw)
    weights = [weights_of(one) for one in wanted]
    bare = np.array([[float(one[part]) for part in STATIC_PARTS] for one in weights], dtype=np.float32)
    figures = compare(
        lambda: shortlists(book, wanted, limit=SHOWN), lambda: _bare(book.parts, bare, SHOWN), repeats=repeats
    )
    return figures | _event(draw, random_state)


def _event(draw: np.random.Generator, random_state: int) -> dict[str, float]:
    units, investors = EVENT
    table, _ = synthetic(units, random_state=random_state)
    book, wanted = UnitBook.from_table(table), mandates(table, investors, draw)
    begin = time.perf_counter()
    found = event(book, wanted, terms=EventTerms(explore=1))
    seconds = time.perf_counter() - begin
    plain = event(book, wanted)
    quality = {"event_least_ndcg": float(found.ndcg.min()), "event_mean_ndcg": float(found.ndcg.mean())}
    shared = {"event_overlap": found.overlap, "plain_overlap": plain.overlap}
    counts = {"event_shown": found.counts["shown"], "plain_shown": plain.counts["shown"], "event_over": len(found.over)}
    return {"event_seconds": seconds} | quality | shared | counts


def mandates(table: pd.DataFrame, count: int, draw: np.random.Generator) -> list[Mandate]:
    """Mandates with a sector and a place that they like, a division they must have or none, and a ticket."""
    sectors, places = table["isic"].unique(), (table["province"] + "/" + table["county"]).unique()
    found = []
    for number in range(count):
        low, high = sorted(draw.integers(10, 8000, 2).tolist())
        stated = {
            "id": f"m{number}",
            "price_year": 1404,
            "ticket_billion_rial": [low, high],
            "sectors": {"like": draw.choice(sectors, 2).tolist()},
            "places": {"like": draw.choice(places, 2).tolist()},
            "risk_appetite": str(draw.choice(["low", "medium", "high"])),
        }
        found.append(Mandate.read(stated))
    return found


def _bare(parts: np.ndarray, weights: np.ndarray, k: int) -> np.ndarray:
    best = np.empty((len(weights), k), dtype=np.intp)
    for first in range(0, len(weights), BLOCK):
        fit = weights[first : first + BLOCK] @ parts.T
        best[first : first + BLOCK] = np.argpartition(fit, fit.shape[1] - k, axis=1)[:, -k:]
    return best
