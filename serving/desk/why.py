"""Why a unit has its figures, and what to ask of it: tables of codes and numbers, for whoever the figures are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.appraisal import settled
from engine.domain.prediction import Output
from engine.domain.unit import public_fields
from engine.ranking.criteria import FEASIBILITY_BOUNDS, Part
from engine.ranking.score import classes, effective_weights
from engine.reference.tables import table
from engine.scoring.artefact import Model
from engine.scoring.belief import SECTORS, Doubt
from engine.scoring.design import Floats
from engine.scoring.first_day import Belief
from engine.scoring.learnt_points import OWN_LEARNER, PROMISED
from engine.scoring.points import BASE, OFFICIAL, PANEL, Basis, bases
from engine.scoring.questions import crossings, edge_of_the_top, fields_of, next_questions
from engine.scoring.reasons import Answers, answers, first_day, has_reasons, reasons
from features import matrix
from features.plain import readable_features
from features.schema import FeatureSchema
from serving.desk.appraisal import Appraised
from serving.disclosure.masking import Audience

NOT_PUBLIC = "not_public"
"""Part of all features that are not known to the public: what they add at the average of such units, in one sum. One by
one they would tell averages of private fields."""

SECTOR = "sector"
"""Part of all groups of sectors together."""

REST = (NOT_PUBLIC, BASE)
"""Parts that are no feature of the unit."""

PARTS = ["unit_id", "output", "feature", "fields", "stated", "value", "amount", "basis", "learnt", "overridden"]
QUESTIONS = ["unit_id", "fields", "narrows", "moves_top"]
DOUBTS = ["unit_id", *Doubt]
REGISTER_QUESTIONS = ["fields", "units", "narrows", "moves_top"]

ASKED = 3
"""Questions that are asked of each unit."""

_ROWS_AT_ONCE = 4096
_DIGITS = 12
"""Digits by which parts are put in order: beyond them sums differ with the company in which a unit is asked."""
_CLASS = 10.0
"""Added to a score for each better class of triage: more than any answer can move a score."""


@dataclass(frozen=True, eq=False, slots=True)
class Why:
    """What stands behind the figures of some units.

    Parameters
    ----------
    parts
        Columns ``PARTS``, a line for each unit, output (``feasibility``, ``jobs_if_revived``) and feature, the largest
        first and ``base`` (the average unit) last: ``amount`` in probability or persons, adding up to the figure;
        ``fields`` joined by ``;``; ``stated``, whether the unit's record tells it, else it counts as such units show;
        ``value``, what it tells (``features.plain``; NaN where it is not stated or is no number);
        ``basis`` of its effect, ``learnt`` (0..1) of it from outcomes and reports, ``overridden`` by the office.
    questions
        Columns ``QUESTIONS``, at most ``ASKED`` a unit, the best first: by how much the answer is expected to narrow
        the interval of feasibility (probability), and how likely it moves the unit over the edge of the first twenty.
    doubts
        Columns ``DOUBTS``, a line a unit: shares of what the interval of feasibility comes from, adding up to 1.
    """

    parts: pd.DataFrame
    questions: pd.DataFrame
    doubts: pd.DataFrame

    @classmethod
    def none(cls) -> Why:
        """Nothing is explained."""
        return cls(*(pd.DataFrame(columns=columns) for columns in (PARTS, QUESTIONS, DOUBTS)))

    def of(self, unit_id: str) -> Why:
        """The lines of one unit."""
        found = (self.parts, self.questions, self.doubts)
        return Why(*(lines[(lines["unit_id"] == unit_id).to_numpy(bool)].reset_index(drop=True) for lines in found))


def why(appraised: Appraised, units: Sequence[str]) -> Why:
    """What stands behind the figures of units that have some.

    Parameters
    ----------
    appraised
        An appraisal with its model; parts are made of the same table, so that they tell an audience nothing that its
        figures do not rest on.
    units
        Their ids.

    Returns
    -------
    Why
        Empty tables where there is no model, or one of a file of before prior effects.
    """
    asked, rows = _Asked.of(appraised), appraised.table.loc[list(units)]
    rows = rows[rows["scorable"].astype(bool)]
    if asked is None or rows.empty:
        return Why.none()
    described = asked.described(rows)
    found = reasons(asked.model, described, rows)
    told = _Told(described.notna(), readable_features(asked.schema, described, rows))
    parts = pd.concat(
        [
            asked.parts(found.feasibility, Output.FEASIBILITY, asked.bases, told),
            asked.parts(found.jobs.dropna(), Output.JOBS_IF_REVIVED, asked.jobs_bases, told),
        ]
    )
    place = pd.Series(range(len(rows)), index=rows.index)
    parts = parts.assign(place=parts["unit_id"].map(place)).sort_values("place", kind="stable")
    doubts = found.doubt.rename_axis("unit_id").reset_index()[DOUBTS]
    return Why(parts[PARTS].reset_index(drop=True), _questions(asked.answers(described), asked, rows), doubts)


def asked_of_the_register(appraised: Appraised) -> pd.DataFrame:
    """What to ask next over all units: which fields, where they are missing, would tell most.

    Parameters
    ----------
    appraised
        An appraisal with its model.

    Returns
    -------
    pandas.DataFrame
        Columns ``REGISTER_QUESTIONS``, the most telling first: ``units`` that lack it; ``narrows``, the mean over
        these (probability); ``moves_top``, how many of the first twenty their answers are expected to change.
    """
    asked, rows = _Asked.of(appraised), appraised.table[appraised.table["scorable"].astype(bool)]
    if asked is None or rows.empty:
        return pd.DataFrame(columns=REGISTER_QUESTIONS)
    lines = [_sums(asked, rows.iloc[start : start + _ROWS_AT_ONCE]) for start in range(0, len(rows), _ROWS_AT_ONCE)]
    total = sum(lines[1:], start=lines[0])
    total = total[total["units"] > 0].rename_axis("fields").reset_index()
    total = total.sort_values(["narrows", "fields"], ascending=[False, True], kind="stable", ignore_index=True)
    return total.assign(narrows=total["narrows"] / total["units"])[REGISTER_QUESTIONS]


@dataclass(frozen=True, eq=False, slots=True)
class _Told:
    """What records say of features, shape (n, features) each: whether anything, and the number; a category has none."""

    stated: pd.DataFrame
    values: pd.DataFrame


@dataclass(frozen=True, eq=False, slots=True)
class _Asked:
    """A model, asked about an appraisal."""

    model: Model
    appraised: Appraised
    fields: Mapping[str, list[str]]  # feature -> fields of the record that it rests on
    bases: pd.DataFrame  # of feasibility, see ``engine.scoring.points.bases``
    jobs_bases: pd.DataFrame

    @classmethod
    def of(cls, appraised: Appraised) -> _Asked | None:
        model = appraised.model
        if model is None or not has_reasons(model):
            return None
        believed = first_day(model)
        if believed is not None:
            return cls(model, appraised, fields_of(table("effects")), bases(believed[0]), _jobs_bases(believed[0]))
        specs = FeatureSchema.from_json(model.schema).features
        fields = {spec.name: list(spec.sources) for spec in specs} | {PROMISED: [PROMISED]}
        learnt = _learnt_bases(fields)
        return cls(model, appraised, fields, learnt, learnt)

    @property
    def schema(self) -> FeatureSchema:
        return FeatureSchema.from_json(self.model.schema)

    def described(self, units: pd.DataFrame) -> pd.DataFrame:
        return matrix(units, self.model.schema, self.model.fitted, as_of=self.appraised.question.as_of)

    def answers(self, described: pd.DataFrame) -> Answers:
        questions = {name: ";".join(of) for name, of in self.fields.items() if self._may_ask(of)}
        return answers(self.model, described, questions)

    def parts(self, found: pd.DataFrame, output: Output, rests: pd.DataFrame, record: _Told) -> pd.DataFrame:
        """Lines of one output, the largest part of each unit first, base last; what adds nothing is left out."""
        names = [str(name) for name in found.columns if name in record.values.columns]
        stated, values = record.stated.loc[found.index, names], record.values.loc[found.index, names]
        if self.appraised.audience is Audience.PUBLIC:
            found = self._public(found, stated)
        found, stated, rests = _one_sector(found, stated, rests)
        long = pd.DataFrame(
            {
                "unit_id": np.repeat(found.index.to_numpy(), found.shape[1]),
                "feature": np.tile(found.columns.to_numpy(), len(found)),
                "amount": found.to_numpy(np.float64).ravel(),
            }
        )
        long = long[(long["amount"] != 0) | (long["feature"] == BASE)]
        last = long["feature"].map({name: place for place, name in enumerate(REST, start=1)}).fillna(0)
        size = -long["amount"].abs().round(_DIGITS)
        order = np.lexsort((size, last, pd.factorize(long["unit_id"])[0]))
        long = long.iloc[order].join(rests, on="feature")
        lines = pd.MultiIndex.from_frame(long[["unit_id", "feature"]])
        told, value = (cells.stack().reindex(lines) for cells in (stated, values))  # noqa: PD013
        return long.assign(
            output=output.value,
            fields=[";".join(self.fields.get(str(name), ())) for name in long["feature"].replace(SECTOR, SECTORS[0])],
            stated=told.astype("boolean").fillna(True).to_numpy(dtype=bool),
            value=value.to_numpy(np.float64),
            basis=long["basis"].fillna(""),
            learnt=long["learnt"].astype("float64").fillna(0.0),
            overridden=long["overridden"].astype("boolean").fillna(False).astype(bool),
        )

    def _may_ask(self, fields: Sequence[str]) -> bool:
        return self.appraised.audience is Audience.OFFICE or set(fields) <= set(public_fields())

    def _public(self, found: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
        """What may leave: a feature that rests on private fields and is not stated goes into one sum."""
        private = [name for name in stated.columns if not set(self.fields.get(name, ())) <= set(public_fields())]
        hidden = found[private].where(~stated[private], 0.0)
        kept = found.assign(**{name: found[name].where(stated[name], 0.0) for name in private})
        return kept.assign(**{NOT_PUBLIC: hidden.sum(axis=1)})


def _one_sector(
    found: pd.DataFrame, stated: pd.DataFrame, rests: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A unit is in one sector: what is and what is not its own are one part."""
    groups = [name for name in SECTORS if name in found.columns]
    if not groups:
        return found, stated, rests
    whole = found.drop(columns=groups).assign(**{SECTOR: found[groups].sum(axis=1)})
    row = pd.DataFrame(
        {
            "basis": [rests.loc[groups[0], "basis"]],
            "learnt": [rests.loc[groups, "learnt"].mean()],
            "overridden": [rests.loc[groups, "overridden"].any()],
        },
        index=[SECTOR],
    )
    return whole, stated.assign(**{SECTOR: stated[groups].all(axis=1)}), pd.concat([rests, row])


def _jobs_bases(belief: Belief) -> pd.DataFrame:
    """What each part of jobs rests on; ratio and signs are rows of the table, averages are official."""
    rows = table("effects")
    found = rows.loc[rows["output"] == "jobs", ["feature", "basis"]].set_index("feature")
    found = pd.concat(
        [
            found,
            pd.DataFrame({"basis": [Basis.COMPUTED.value]}, index=[OFFICIAL]),
            pd.DataFrame({"basis": [Basis.ELICITED.value]}, index=[PANEL]),
        ]
    )
    own = {name.partition(".")[2] for name in belief.overridden if name.startswith("jobs.")}
    overridden = found.index.isin(own)
    return found.assign(
        basis=found["basis"].where(~overridden, Basis.ELICITED.value), learnt=0.0, overridden=overridden
    )


def _learnt_bases(features: Iterable[str]) -> pd.DataFrame:
    """All that a model of outcomes says, it learnt; what stands beside it learnt nothing."""
    rests = {"basis": Basis.LEARNT.value, "learnt": 0.0, "overridden": False}
    return pd.DataFrame([rests] * len(names := [*features, OWN_LEARNER]), index=pd.Index(names, name="feature"))


def _sums(asked: _Asked, units: pd.DataFrame) -> pd.DataFrame:
    found = asked.answers(asked.described(units))
    missing, moves = (found.narrowing > 0).sum(), _moves(found, asked.appraised, units).sum()
    return pd.DataFrame({"units": missing, "narrows": found.narrowing.sum(), "moves_top": moves})


def _places(units: pd.DataFrame) -> Floats:
    """Scores on one scale over all classes of triage: whoever stands in a better class stands higher."""
    return np.asarray(units["score"].to_numpy(np.float64) - _CLASS * classes(units).to_numpy(np.float64))


def _moves(found: Answers, appraised: Appraised, units: pd.DataFrame) -> pd.DataFrame:
    """How likely each answer moves each unit over the edge of the first, through its feasibility."""
    chosen = settled(appraised.table, appraised.terms)
    weight = effective_weights(chosen.weights, chosen.priorities)[list(Part).index(Part.FEASIBILITY)]
    worst, best = FEASIBILITY_BOUNDS
    edge = edge_of_the_top(_places(appraised.table), top=chosen.top)
    return crossings(_places(units), found.swing * weight / (best - worst), edge)


def _questions(found: Answers, asked: _Asked, units: pd.DataFrame) -> pd.DataFrame:
    told = next_questions(found.narrowing, {str(name): [str(name)] for name in found.narrowing.columns}, count=ASKED)
    moves = _moves(found, asked.appraised, units).stack()  # noqa: PD013
    likely = moves.reindex(pd.MultiIndex.from_frame(told[["unit_id", "feature"]]))
    return told.rename(columns={"gain": "narrows"}).assign(moves_top=likely.to_numpy())[QUESTIONS]
