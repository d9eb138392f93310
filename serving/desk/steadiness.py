"""How far an order of units can be trusted: other weights and values, another method, the order of before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.ranking.selection import select
from engine.settings import Settings
from engine.store.sources import EDITS
from serving.desk.appraisal import Appraised, Beside, current_units, judged
from serving.desk.workspace import champion, open_register

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.ranking.criteria import Values
    from engine.ranking.swap import RankAgreement
    from engine.store import Register
    from serving.desk.ranking import Ranking

TESTED = 200
"""Units from the top of a list that are compared with each other: the result grows with their square."""

_DRAWS = 2_000  # the standard error of a share is then at most .011


class Method(Code):
    """How values of the parts become one figure."""

    WEIGHTED_SUM = "weighted_sum"
    TOPSIS = "topsis"
    SPOTIS = "spotis"


@dataclass(frozen=True, eq=False, slots=True)
class Acceptance:
    """Where units may stand under weights around those in use and values inside their intervals.

    Parameters
    ----------
    units
        Index ``unit_id``, best first: ``first`` and ``top`` (share of the draws at rank 1, and among the first ``k``),
        ``lowest, highest`` (ranks), ``confidence`` (of being first under its central weights, missing where it never
        is), ``central_PART`` (mean weights of the draws in which it is first, missing likewise).
    acceptability
        Share of the draws at each rank, index of the units, a column a rank.
    winning
        Share of the draws in which the unit of the row stands before that of the column.
    k
        What counts as the top.
    draws
        How many.
    """

    units: pd.DataFrame
    acceptability: pd.DataFrame
    winning: pd.DataFrame
    k: int
    draws: int


@dataclass(frozen=True, eq=False, slots=True)
class OtherOrder:
    """Units in the order of another method.

    Parameters
    ----------
    method
        Which.
    units
        Index ``unit_id`` in its order: ``rank`` (ours), ``rank_there``, ``score_there`` (0..1, more is better).
    tau
        Kendall's tau-b between both orders, -1..1.
    """

    method: Method
    units: pd.DataFrame
    tau: float


@dataclass(frozen=True, eq=False, slots=True)
class Moved:
    """What became of an order.

    Parameters
    ----------
    since
        The day, or the file, with which it is compared.
    agreement
        Kendall's tau, who moved and by which parts of the score, who came and who went.
    """

    since: str
    agreement: RankAgreement


def acceptance(appraised: Appraised, chosen: pd.DataFrame, *, k: int) -> Acceptance:
    """SMAA-2 over the units of a list; verdicts go before any weight, as in the list itself.

    Parameters
    ----------
    appraised
        The whole appraisal.
    chosen
        Units of the list, best first; the first ``TESTED`` that have a rank are compared.
    k
        What counts as the top.

    Raises
    ------
    EhyaError
        ``nothing_ranked`` where no unit has a rank.
    """
    from numpy.random import default_rng

    from engine.ranking.acceptability import CONCENTRATION, drawn_values
    from engine.ranking.criteria import Part
    from engine.ranking.smaa import pairwise_winning, smaa

    ids, found, weights, group = _compared(appraised, chosen)
    used, random = weights > 0, default_rng(0)
    drawn = random.dirichlet(CONCENTRATION * weights[used], size=_DRAWS)
    # a column of its own, of weight one, keeps classes apart whatever the others weigh
    apart = np.broadcast_to(-2.0 * group[None, :, None], (_DRAWS, len(ids), 1))
    worlds = np.concatenate([drawn_values(found, used, _DRAWS, random), apart], axis=2)
    weighed = np.column_stack([drawn, np.ones(_DRAWS)])
    said = smaa(worlds, weighed)
    names = [f"central_{part.value}" for part, counts in zip(Part, used, strict=True) if counts]
    units = pd.DataFrame(said.central[:, :-1], index=ids, columns=names)
    units.insert(0, "first", said.acceptability[:, 0])
    units.insert(1, "top", said.within(k))
    units.insert(2, "lowest", said.lowest)
    units.insert(3, "highest", said.highest)
    units.insert(4, "confidence", said.confidence)
    ranks = pd.DataFrame(said.acceptability, index=ids, columns=range(1, len(ids) + 1))
    winning = pd.DataFrame(pairwise_winning(worlds, weighed), index=ids, columns=ids)
    return Acceptance(units, ranks, winning, k, _DRAWS)


def by_method(appraised: Appraised, chosen: pd.DataFrame, given: str) -> OtherOrder:
    """Put the units of a list in the order of another method, with the weights in use.

    Parameters
    ----------
    appraised, chosen
        As for `acceptance`; all units with a rank are put in order.
    given
        Name of the method.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a method that there is none of, ``nothing_ranked``.
    """
    from engine.ranking.methods import spotis, topsis, weighted_sum
    from engine.ranking.swap import kendall_tau

    if given not in set(Method):
        allowed = [one.value for one in Method]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--method", given=given, allowed=allowed)
    method = Method(given)
    ids, found, weights, group = _compared(appraised, chosen, most=None)
    used = weights > 0
    matrix, weight = found.point[:, used], weights[used]
    width = int(used.sum())
    if method is Method.SPOTIS:
        score = 1 - spotis(matrix, weight, [[0.0, 1.0]] * width, [1.0] * width)
    else:
        score = (topsis if method is Method.TOPSIS else weighted_sum)(matrix, weight, [1.0] * width)
    order = np.lexsort((ids.to_numpy(dtype=object), -np.round(score, 12), group))
    ours = chosen.loc[ids, "rank"].astype("int64")
    there = pd.Series(np.argsort(order) + 1, index=ids)
    table = pd.DataFrame({"rank": ours, "rank_there": there, "score_there": score})
    return OtherOrder(method, table.iloc[order], kendall_tau(ours, there))


def moved_since(settings: Settings, found: Ranking, since: str) -> Moved:
    """Compare the order of today with an earlier one: of a file, or of what was known on an earlier day.

    Model, weights and day of judgement are those of today, so that only what became known makes a difference; a file
    holds an order as it was. Of both only the units that were asked for are compared.

    Parameters
    ----------
    settings
        Where things are kept.
    found
        The order of today, with the filters that were asked for.
    since
        A day (ISO), ``last`` for the day before the last import, or a file that ``ehya rank`` wrote as JSON.

    Raises
    ------
    EhyaError
        ``file_unreadable`` for a file that holds no ranking, ``unknown_option`` where nothing was known on the day.
    """
    from engine.ranking.swap import agreement

    path = Path(since)
    if path.suffix == ".json":
        written = _of_file(path)
        others = found.appraised.table.index.difference(found.chosen.index)
        return Moved(path.name, agreement(written.drop(index=others, errors="ignore"), found.chosen))
    with open_register(settings) as register:
        until = _before_last(register.imports()) if since == "last" else pd.Timestamp(since)
        units = register.units(known_by=until)
        if units.empty:
            first = register.imports()["imported_at"].min()
            allowed = [] if pd.isna(first) else [first.date().isoformat()]
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--since", given=str(until.date()), allowed=allowed)
        earlier = _judged_then(register, settings, found.appraised, until)
    return Moved(until.date().isoformat(), agreement(select(earlier.table, **found.wishes), found.chosen))


def before_last_import(settings: Settings, appraised: Appraised) -> tuple[pd.Timestamp, Appraised] | None:
    """The units as they were known before the last import, judged by the same model on the same day.

    Parameters
    ----------
    settings
        Where things are kept.
    appraised
        Today's appraisal, under the choices that are wanted.

    Returns
    -------
    tuple or None
        The day up to which things were known, and the appraisal; ``None`` where nothing was known before.

    Raises
    ------
    EhyaError
        ``database_failed``.
    """
    with open_register(settings) as register:
        imports = register.imports()
        if _files(imports).empty:
            return None
        until = _before_last(imports)
        if register.units(known_by=until).empty:
            return None
        return until, _judged_then(register, settings, appraised, until)


def _judged_then(register: Register, settings: Settings, appraised: Appraised, until: pd.Timestamp) -> Appraised:
    question = appraised.question
    units = current_units(register, as_of=question.as_of, known_by=until)
    model = appraised.model or champion(register, settings)
    return judged(units, model, question, appraised.audience, Beside.of(register, settings))


def _files(imports: pd.DataFrame) -> pd.DataFrame:
    """Registers that stand; what persons edited on a page came with none."""
    return imports[imports["undone_at"].isna() & ~imports["source"].str.startswith(EDITS)]


def _before_last(imports: pd.DataFrame) -> pd.Timestamp:
    standing = _files(imports)
    if standing.empty:
        raise EhyaError(ErrorCode.REGISTER_EMPTY)
    last: pd.Timestamp = standing["imported_at"].max()
    return last.normalize() - pd.Timedelta(days=1)


def _of_file(path: Path) -> pd.DataFrame:
    import json

    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        stated = json.loads(path.read_text("utf-8-sig"))
        table = pd.DataFrame(stated["units"]).set_index("unit_id")
        parts = [name for name in table.columns if str(name).startswith("part_")]
        return table[["rank", *parts]].astype("float64")
    except (ValueError, KeyError, TypeError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(path), reason=str(error)) from error


_Compared = tuple[pd.Index, "Values", "NDArray[np.float64]", "NDArray[np.int64]"]


def _compared(appraised: Appraised, chosen: pd.DataFrame, most: int | None = TESTED) -> _Compared:
    """Units of a list that have a rank, values of their parts, weights in use, and class of each."""
    from engine.appraisal import settled
    from engine.ranking.criteria import Values, values
    from engine.ranking.money import money_factor
    from engine.ranking.score import classes, effective_weights

    whole = appraised.table
    ids = chosen.index[chosen["rank"].notna()][:most]
    if ids.empty:
        raise EhyaError(ErrorCode.NOTHING_RANKED)
    terms = settled(whole, appraised.terms)
    # the factor comes from all units, since those of the list alone may have another year of their own
    money = money_factor(whole, terms.price_year, prices=terms.prices)
    found = values(whole, money_factor=money.capital, debt_factor=money.debts, priorities=terms.priorities)
    rows = whole.index.get_indexer(ids)
    taken = Values(found.low[rows], found.point[rows], found.high[rows], found.unknown[rows])
    weights = effective_weights(terms.weights, terms.priorities)
    return ids, taken, weights, classes(whole).to_numpy()[rows]
