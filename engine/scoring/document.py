"""The document of a model: everything in its file beside the scikit-learn estimators.

What is computed with is a typed section (``engine.scoring.sections``). What is only shown (metrics, card, gates, counts
of the sample) stays plain JSON.

A section that an Ehya of the same format added later is passed over when a file is read. Inside a section every field
is a known one: any other is an error.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, Literal, TypeVar

import pandas as pd
from pydantic import Field, StrictBool, ValidationError

from engine.errors import EhyaError, ErrorCode
from engine.scoring.first_day import Belief, SizeSigns
from engine.scoring.sections import (
    Block,
    DriftReference,
    Hazards,
    HazardSettings,
    JobsPart,
    Population,
    Positive,
    PressPair,
    PressPopulation,
    PressSettings,
    Probability,
    Recalibration,
    Section,
    Span,
)

REPORTED: Final = "reported"
OUTCOMES: Final = "outcomes"
"""Kinds of model: fitted to press reports and official counts, or to a register's own log."""

_Kind = TypeVar("_Kind", bound="Document")


class Document(Section):
    """What models of all kinds have.

    Parameters
    ----------
    kind
        ``reported`` or ``outcomes``; a file that does not say is of the first kind.
    version
        Name of the model.
    data_until
        Last day whose facts the training could see, ISO 8601.
    origin
        Origin of the units it learnt from.
    features
        Columns of the matrix, in order.
    feature_schema, fitted
        As ``features`` reads them; ``schema`` in the file.
    ranges
        Feature -> lowest and highest value that was learnt from.
    fold_of
        Unit of the training table -> name of the pair of heads that did not see it.
    prior_driven
        Priors decide more than own records do.
    population
        Official counts.
    drift_reference
        What a later register is compared with; older models have none.
    unit_spread
        Standard deviation of the log-odds of feasibility between units whose records read alike; older models have
        none.
    metrics, card, gates, sample
        Figures, model card, verdicts and counts of the training, to be shown.
    judged
        File beside the model -> sha256 of it: the tables that the model was judged on; ``champion`` -> digest of the
        model that stands beside it in them.
    """

    kind: Literal["reported", "outcomes"] = REPORTED
    version: str = ""
    data_until: str = ""
    origin: str | None = None
    features: tuple[str, ...]
    feature_schema: dict[str, Any] = Field(default_factory=dict, alias="schema")
    fitted: dict[str, Any] = Field(default_factory=dict)
    ranges: dict[str, Span] = Field(default_factory=dict)
    fold_of: dict[str, str] = Field(default_factory=dict)
    prior_driven: StrictBool = True
    population: Population | None = None
    drift_reference: DriftReference | None = None
    unit_spread: Positive | None = None
    metrics: dict[str, Any] = Field(default_factory=dict)
    card: dict[str, Any] = Field(default_factory=dict)
    gates: tuple[dict[str, Any], ...] = ()
    sample: dict[str, Any] = Field(default_factory=dict)
    judged: dict[str, str] = Field(default_factory=dict)

    def name_of(self, as_of: pd.Timestamp) -> str:
        """Name of a model with this document: the day of its training, and eight digits of the document's sha256."""
        text = json.dumps(self.plain(), sort_keys=True, ensure_ascii=False)
        return f"{as_of:%Y%m%d}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


class ReportedDocument(Document):
    """A model of press reports.

    Parameters
    ----------
    promoted
        Heads that saw all units.
    held_out
        Province -> heads that did not see it.
    recipe
        How they were fitted.
    official
        Which official counts stand behind the priors, to be shown.
    belief, size
        What feasibility and jobs rest on; in older models they rest on the press heads.
    """

    kind: Literal["reported"] = REPORTED
    population: PressPopulation
    promoted: PressPair
    held_out: dict[str, PressPair]
    recipe: PressSettings | None = None
    official: dict[str, Any] = Field(default_factory=dict)
    belief: Belief | None = None
    size: SizeSigns | None = None


class HazardsDocument(Document):
    """A model of hazards over any schema: what ``engine.scoring.hazards`` reads.

    Parameters
    ----------
    design
        Blocks of the design of every hazard.
    hazards
        The hazards.
    learner
        Name of a data scientist's learner that gives the point of feasibility; empty where the hazards do.
    """

    kind: Literal["outcomes"] = OUTCOMES
    ranges: dict[str, Span]
    design: tuple[Block, ...]
    hazards: Hazards
    learner: str = ""


class OutcomesDocument(HazardsDocument):
    """A model of a register's own outcomes.

    Parameters
    ----------
    population
        Official counts that its priors come from.
    jobs
        Jobs heads.
    own_share
        Hazard -> share of its level that own records decide, 0..1.
    recipe
        How the hazards were fitted.
    recalibration
        By how much restarts were moved to the latest outcomes; empty where they were not.
    """

    population: Population
    jobs: JobsPart
    own_share: dict[str, Probability] = Field(default_factory=dict)
    recipe: HazardSettings | None = None
    recalibration: Recalibration | None = None


WORKING = frozenset(
    {"version", "data_until", "feature_schema", "features", "fitted", "fold_of", "prior_driven", "metrics", "card"}
)
"""Sections that only a model at work must have, beside those that its class asks for."""


def read_document(raw: object, *, file: str) -> ReportedDocument | OutcomesDocument:
    """Read the JSON document of a model file.

    Parameters
    ----------
    raw
        As ``json.loads`` gives it.
    file
        Name of the file, for the error.

    Raises
    ------
    EhyaError
        ``not_a_model`` with the ``place`` inside the document that is missing or wrong.

    Examples
    --------
    >>> read_document({"version": "v1", "kind": "reported", "features": "all"}, file="model.ehya")
    Traceback (most recent call last):
    engine.errors.EhyaError: not_a_model: given='model.ehya' place='features'
    """
    if not isinstance(raw, dict):
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place="document")
    kinds: dict[object, type[ReportedDocument | OutcomesDocument]] = {
        REPORTED: ReportedDocument,
        OUTCOMES: OutcomesDocument,
    }
    kind = raw.get("kind", REPORTED)
    if not isinstance(kind, str) or kind not in kinds:
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place="kind")
    cls = kinds[kind]
    names = {field.alias or name for name, field in cls.model_fields.items()}
    try:
        return cls.model_validate({name: value for name, value in raw.items() if name in names})
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"])
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place=place) from error


def missing_section(document: Document) -> str:
    """Name of a section that a model at work must have and this one lacks, empty when it lacks none."""
    lacking = sorted(WORKING - document.model_fields_set)
    return type(document).model_fields[lacking[0]].alias or lacking[0] if lacking else ""


def of_kind(document: Document, cls: type[_Kind]) -> _Kind:
    """The document as one of a kind.

    Raises
    ------
    TypeError
        When it is of another kind: a caller asked a model for what only another kind knows.
    """
    if not isinstance(document, cls):
        raise TypeError(f"{type(document).__name__} is no {cls.__name__}")
    return document
