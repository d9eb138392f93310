"""Match all units with all mandates where units are too many for one table: in Parquet shards, here or on a cluster.

Units are judged first, a file each, as the public sees them; those files serve every later set of mandates. What a
mandate looks at among all units (the most feasible third, the usual jobs per billion rial) is gathered from them. Then
each file gives its best units for each mandate (`engine.matching.retrieval`), the best of all files are the lists, and
reasons are worked out for the units that are on one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import compute, parquet

from engine.appraisal import judge
from engine.codes import Code
from engine.domain.mandate import Mandate
from engine.domain.prediction import Output, columns
from engine.domain.unit import Origin, unit_table
from engine.economics.assumptions import Assumptions
from engine.economics.returns import returns
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.health.completeness import publishable
from engine.matching import Shortlist, UnitBook
from engine.matching.book import Yardstick, offerable, on_offer
from engine.matching.fit import Fit
from engine.matching.limits import Limits
from engine.matching.retrieval import Bounds, Retrieved, retrieved_all
from engine.matching.shortlist import DEFAULT_LIMIT, listed
from engine.settings import Settings
from engine.shards import Mapped, map_shards
from engine.shards.cluster import cluster
from engine.shards.mapping import alone
from engine.shards.parquet import schema_of
from features.predicted import predicted
from serving.desk.appraisal import Beside
from serving.desk.event_lists import declined_by
from serving.desk.scoring import shards_of_units
from serving.desk.workspace import champion, open_register
from serving.disclosure.masking import Audience, visible

if TYPE_CHECKING:
    from distributed import Client

    from engine.economics.prices import PriceIndex
    from engine.scoring.artefact import Model

JUDGED, MATCHED = "judged", "matched"
"""Folders of the results of both steps, within the folder of the lists."""

LISTS, MANDATES = "lists.parquet", "mandates.parquet"

_PER_BILLION = columns(Output.JOBS_EXPECTED_PER_BILLION_RIAL)[1]
_FEASIBILITY = columns(Output.FEASIBILITY)[1]


class MassStep(Code):
    """What is done on the shards, one after the other."""

    JUDGING = "judging"
    MATCHING = "matching"


Told = Callable[[MassStep, int, int], None]


@dataclass(frozen=True, slots=True)
class MassRequest:
    """What is matched, and where.

    Parameters
    ----------
    shards
        Folder of Parquet files of the unit table.
    mandates
        One an investor, their ids unlike each other.
    out
        Folder of the results.
    as_of
        The day of judgement.
    limit
        Units on a list; each mandate's own limit, else 10, where ``None``.
    assume_capital_rial
        Stands in where a unit states no capital, and is flagged.
    cluster
        Address of a Dask scheduler; empty works on this machine.
    """

    shards: Path
    mandates: tuple[Mandate, ...]
    out: Path
    as_of: pd.Timestamp
    limit: int | None = None
    assume_capital_rial: int | None = None
    cluster: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class MassMatched:
    """Lists of all mandates.

    Parameters
    ----------
    lists
        A row a mandate and place: ``mandate_id``, the columns of `engine.matching.shortlist.Shortlist.table` and
        ``late`` (the linear bound had left it out at first), then ``name, province, county, isic``.
    mandates
        A row a mandate, in their order: ``mandate_id, units, feasible, shown``; ``beyond`` (units beyond the first 500
        of their file that the full fit could have put on the list, and that were fitted therefore), ``late`` (how many
        of those are on the list).
    files
        Tables that were written: both of these.
    kept
        Results of both steps that an earlier run had made.
    shards
        How many files of units there are.
    model_version, synthetic
        The model, and whether it learnt from synthetic units.
    """

    lists: pd.DataFrame
    mandates: pd.DataFrame
    files: tuple[Path, ...]
    kept: int
    shards: int
    model_version: str
    synthetic: bool


@dataclass(frozen=True, eq=False, slots=True)
class Judge:
    """Judges the units of a shard as the public sees them, here or in another process.

    Parameters
    ----------
    model
        Promoted model.
    as_of
        The day of judgement.
    assumed_capital_rial
        Rial; stands in where a unit states no capital, and is flagged.
    prices
        Price index of the workspace's own.
    earlier
        Figures of earlier imports, to flag jumps.
    """

    model: Model
    as_of: pd.Timestamp
    assumed_capital_rial: float | None = None
    prices: PriceIndex | None = None
    earlier: pd.DataFrame | None = None

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Appraisal table of some units before they are put in order, ``unit_id`` its first column.

        Parameters
        ----------
        rows
            Shape (n, columns of the unit table), ``unit_id`` among them, ``withdrawn`` beside.
        """
        units = unit_table(rows)
        if "withdrawn" in rows.columns:
            units = units.assign(withdrawn=rows["withdrawn"].to_numpy(dtype=bool))
        seen = visible(units, Audience.PUBLIC)
        said = predicted(self.model, seen, as_of=self.as_of, assumed_capital_rial=self.assumed_capital_rial)
        found = judge(seen, said, as_of=self.as_of, prices=self.prices, earlier=self.earlier)
        # In an empty shard nothing else says that they are texts.
        texts = [name for name in found.columns if pd.api.types.is_object_dtype(found[name])]
        return found.astype(dict.fromkeys(texts, "str")).reset_index()


@dataclass(frozen=True, eq=False, slots=True)
class Books:
    """Makes a book of some judged units, as a book of all units would judge them.

    Parameters
    ----------
    as_of
        The day of judgement.
    yardstick
        What all units together say.
    prices, wishes
        Price index of the workspace's own; what owners and banks want.
    with_returns
        Whether a mandate asks for a rate or a time.
    """

    as_of: pd.Timestamp
    yardstick: Yardstick
    prices: PriceIndex | None
    wishes: pd.DataFrame | None
    with_returns: bool

    def of(self, table: pd.DataFrame) -> UnitBook:
        """A book of units, shape (n, columns), index ``unit_id``."""
        day, prices, wishes = self.as_of, self.prices, self.wishes
        book = UnitBook.from_table(table, as_of=day, prices=prices, wishes=wishes, yardstick=self.yardstick)
        if not self.with_returns:
            return book
        assumed = Assumptions.from_reference()
        found = returns(table, table, assumed, prices=self.prices)
        return book.with_returns(found, inflation=float(np.asarray(assumed.points()["expected_inflation"])))


@dataclass(frozen=True, eq=False, slots=True)
class Matcher:
    """Gives the best units of a shard for each mandate, here or in another process.

    Parameters
    ----------
    books
        Makes a book of the shard's units.
    mandates, places
        One an investor, and how many units its list has.
    declined
        What each investor declined: it is not listed.
    """

    books: Books
    mandates: tuple[Mandate, ...]
    places: tuple[int, ...]
    declined: Mapping[str, Sequence[str]]

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Best units of some that were judged: ``mandate`` (its place), ``unit_id, fit, late, feasible, beyond``.

        Parameters
        ----------
        rows
            As `Judge` gives them, shape (n, columns).
        """
        bounds = Bounds.of(self.books.of(rows.set_index("unit_id")))
        gone = [self.declined.get(one.id, ()) for one in self.mandates]
        wanted = [places + len(units) for places, units in zip(self.places, gone, strict=True)]
        chosen = retrieved_all(bounds, self.mandates, wanted)
        found = [_kept(one, units, places) for one, units, places in zip(chosen, gone, self.places, strict=True)]
        columns = {name: [one[name] for one in found] for name in ("unit_id", "fit", "late")}
        counts = [len(one["unit_id"]) for one in found]
        return pd.DataFrame(
            {
                "mandate": np.repeat(np.arange(len(found), dtype=np.int64), counts),
                "unit_id": pd.Series(np.concatenate([[], *columns["unit_id"]]), dtype="str"),
                "fit": np.concatenate([np.empty(0), *columns["fit"]]),
                "late": np.concatenate([np.empty(0, dtype=bool), *columns["late"]]),
                "feasible": np.repeat(np.array([one["feasible"] for one in found], dtype=np.int64), counts),
                "beyond": np.repeat(np.array([one["beyond"] for one in found], dtype=np.int64), counts),
            }
        )


def _kept(found: Retrieved, declined: Sequence[str], places: int) -> dict[str, Any]:
    """A list without what its investor declined."""
    units = found.shortlist.unit_id
    kept = np.flatnonzero(~np.isin(units, list(declined)))[:places]
    return {
        "unit_id": units[kept],
        "fit": found.shortlist.fit[kept],
        "late": found.late[kept],
        "feasible": found.shortlist.feasible,
        "beyond": found.beyond,
    }


def match_all(settings: Settings, request: MassRequest, told: Told | None = None) -> MassMatched:
    """Match all units of all shards with all mandates, for the public.

    Parameters
    ----------
    settings
        The workspace: its model, its prices, what owners and banks want, what investors declined.
    request
        What is matched, and where.
    told
        Called with the step, how many shards are done, and of how many.

    Raises
    ------
    EhyaError
        ``no_model``; ``unit_in_two_shards``; ``shards_under_way``; ``shard_not_units``; what
        ``engine.shards.map_shards`` and ``engine.shards.cluster.cluster`` raise. Results that were made stay, and the
        next run goes on from them.
    """
    with open_register(settings) as register:
        model, beside = champion(register, settings), Beside.of(register, settings)
    declined = declined_by(settings, request.mandates)
    shards = shards_of_units(request.shards)
    judging = Judge(model, request.as_of, request.assume_capital_rial, beside.prices, beside.earlier)
    question = (model.version, request.as_of.isoformat(), request.assume_capital_rial)
    opened = cluster(request.cluster) if request.cluster else nullcontext()
    request.out.mkdir(parents=True, exist_ok=True)
    with alone(request.out), opened as client:
        run = _Run(client, told or (lambda step, done, count: None))
        judged = run.map(MassStep.JUDGING, judging, shards, request.out / JUDGED, (*question, *_content(beside)))
        books = _books(request, beside, _yardstick(judged.results))
        places = tuple(request.limit or one.limit or DEFAULT_LIMIT for one in request.mandates)
        matcher = Matcher(books, request.mandates, places, declined)
        wanted = [one.digest for one in request.mandates]
        asked = (*question, *_content(beside), *wanted, *places, sorted(declined.items()), books.yardstick)
        matched = run.map(MassStep.MATCHING, matcher, judged.results, request.out / MATCHED / _digest(asked), asked)
        best, counts = _best_of_all(matched.results, matcher)
        lists = _explained(best, matcher, judged.results)
        summary = _summary(counts, best, request.mandates, units=judged.rows)
        files = [_written(request.out / LISTS, lists), _written(request.out / MANDATES, summary)]
    synthetic = model.document.origin == Origin.SYNTHETIC
    kept = judged.kept + matched.kept
    return MassMatched(lists, summary, tuple(files), kept, len(shards), model.version, synthetic)


@dataclass(frozen=True, slots=True)
class _Run:
    """Where shards are worked on, and who is told."""

    client: Client | None
    told: Told

    def map(self, step: MassStep, function: Any, shards: Sequence[Path], out: Path, asked: tuple[Any, ...]) -> Mapped:
        def count(done: int) -> None:
            self.told(step, done, len(shards))

        identity = repr((step.value, *asked))
        return map_shards(function, shards, out, identity=identity, client=self.client, told=count)


def _content(beside: Beside) -> tuple[str, ...]:
    """Digests of what a judgement or a list rests on beside units, model and mandates."""
    prices = "" if beside.prices is None else repr([one.tolist() for one in beside.prices.arrays().values()])
    tables = [beside.earlier, beside.wishes]
    said = [prices, *("" if one is None else one.astype("str").to_csv(index=True) for one in tables)]
    return tuple(hashlib.sha256(text.encode()).hexdigest() for text in said)


def _digest(asked: tuple[Any, ...]) -> str:
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:12]


def _books(request: MassRequest, beside: Beside, yardstick: Yardstick) -> Books:
    asks = any(one.asks_returns for one in request.mandates)
    return Books(request.as_of, yardstick, beside.prices, beside.wishes, asks)


def _yardstick(judged: Sequence[Path]) -> Yardstick:
    """What all units together say; each of them stands in one file alone."""
    offered, jobs = [], []
    units: list[NDArray[np.uint64]] = []
    for file in judged:
        names = ["unit_id", "triage", "public_completeness", _FEASIBILITY, _PER_BILLION]
        rows = parquet.read_table(file, columns=names).to_pandas()
        figures = rows[[_FEASIBILITY, _PER_BILLION]].to_numpy(dtype=np.float64, na_value=np.nan)
        shown = offerable(rows["triage"].to_numpy(dtype=object))
        offered.append(on_offer(figures[:, 0], shown, publishable(rows).to_numpy(dtype=bool)))
        jobs.append(figures[:, 1])
        units.append(pd.util.hash_pandas_object(rows["unit_id"], index=False).to_numpy().astype(np.uint64))
    _each_in_one(judged, units)
    return Yardstick.of(np.concatenate([np.empty(0), *offered]), np.concatenate([np.empty(0), *jobs]))


def _each_in_one(judged: Sequence[Path], units: Sequence[NDArray[np.uint64]]) -> None:
    """A unit that stands in two files would be on a list twice."""
    marks = np.concatenate([np.empty(0, dtype=np.uint64), *units])
    file = np.repeat(np.arange(len(units)), [one.size for one in units])
    order = np.argsort(marks, kind="stable")
    same = np.flatnonzero(marks[order][1:] == marks[order][:-1])
    for place in same.tolist():  # a hash that two units share is no unit twice: names decide
        places = order[[place, place + 1]]
        names = [_unit_at(judged[file[one]], int(one - np.searchsorted(file, file[one]))) for one in places]
        if names[0] == names[1]:
            first, second = (str(judged[file[one]].name) for one in places)
            raise EhyaError(ErrorCode.UNIT_IN_TWO_SHARDS, given=names[0], file=first, other=second)


def _unit_at(file: Path, row: int) -> str:
    return str(parquet.read_table(file, columns=["unit_id"])["unit_id"][row].as_py())


def _best_of_all(matched: Sequence[Path], matcher: Matcher) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The best units of all files for each mandate, and the counts of each mandate."""
    found = pd.concat([pd.read_parquet(file).assign(file=place) for place, file in enumerate(matched)])
    each = found.drop_duplicates(["file", "mandate"]).groupby("mandate")[["feasible", "beyond"]].sum()
    counts = each.reindex(range(len(matcher.mandates)), fill_value=0)
    ordered = found.sort_values(["mandate", "fit", "unit_id"], ascending=[True, False, True], kind="stable")
    place = ordered.groupby("mandate").cumcount().to_numpy()
    within = place < np.array(matcher.places, dtype=np.int64)[ordered["mandate"].to_numpy()]
    return ordered[within].reset_index(drop=True), counts


def _explained(best: pd.DataFrame, matcher: Matcher, judged: Sequence[Path]) -> pd.DataFrame:
    """Lists with their parts and reasons, from the units that are on one."""
    wanted = best["unit_id"].unique().tolist()
    rows = [_units_of(file, wanted) for file in judged]
    table = pd.concat([rows[0], *(one for one in rows[1:] if len(one))]).set_index("unit_id")
    book = matcher.books.of(table)
    at = pd.Series(np.arange(len(book)), index=book.unit_id)
    lists = []
    for number, mandate in enumerate(matcher.mandates):
        chosen = best[best["mandate"] == number]
        one = _list(book, mandate, at[chosen["unit_id"]].to_numpy(dtype=np.intp))
        lists.append(one.table().assign(mandate_id=mandate.id, late=chosen["late"].to_numpy(dtype=bool)))
    whole = pd.concat(lists, ignore_index=True)
    names = table.loc[whole["unit_id"], ["name", "province", "county", "isic"]].reset_index(drop=True)
    front = ["mandate_id", *(name for name in whole.columns if name != "mandate_id")]
    return pd.concat([whole[front].astype({"mandate_id": "str"}), names], axis=1)


def _units_of(file: Path, wanted: Sequence[str]) -> pd.DataFrame:
    named = pa.array(wanted, type=schema_of(file).field("unit_id").type)
    found: pd.DataFrame = parquet.read_table(file, filters=compute.field("unit_id").isin(named)).to_pandas()
    return found


def _list(book: UnitBook, mandate: Mandate, rows: NDArray[np.intp]) -> Shortlist:
    fit = Fit.of(book, mandate, Limits.of(book, mandate).money)
    return listed(fit, rows.size, rows, fit.score(rows), feasible=rows.size)


def _summary(counts: pd.DataFrame, best: pd.DataFrame, mandates: Sequence[Mandate], *, units: int) -> pd.DataFrame:
    chosen = best.groupby("mandate")["late"].agg(["size", "sum"]).reindex(counts.index, fill_value=0)
    return pd.DataFrame(
        {
            "mandate_id": pd.Series([one.id for one in mandates], dtype="str"),
            "units": units,
            "feasible": counts["feasible"].to_numpy(dtype=np.int64),
            "shown": chosen["size"].to_numpy(dtype=np.int64),
            "beyond": counts["beyond"].to_numpy(dtype=np.int64),
            "late": chosen["sum"].to_numpy(dtype=np.int64),
        }
    )


def _written(place: Path, table: pd.DataFrame) -> Path:
    with replacing(place) as beside:
        table.to_parquet(beside, index=False)
    return place
