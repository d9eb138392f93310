"""The choices under which units are judged: the day, the price year, capital to assume, weights, priorities."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from engine.domain.persona import Persona
from engine.errors import EhyaError, ErrorCode
from engine.ranking.criteria import Part
from engine.ranking.score import PERSONA_WEIGHTS
from engine.ranking.terms import TOP, Terms

_READERS: Mapping[str, Callable[[str], Any]] = {
    ".json": json.loads,
    ".toml": tomllib.loads,
    ".yaml": yaml.safe_load,
    ".yml": yaml.safe_load,
}


@dataclass(frozen=True, slots=True)
class Question:
    """Choices under which units are judged.

    Parameters
    ----------
    as_of
        The day on which the units are judged.
    price_year
        Jalali year in whose money sums are compared; ``None`` leaves it to the register.
    assume_capital_rial
        Capital to assume where none is stated, flagged wherever it is used; ``None`` assumes nothing.
    persona
        Whose weights order the units.
    weights
        Weights of the caller's own; they go before those of the persona.
    priorities
        ISIC codes of any level that the programme prefers.
    influence
        How much of the differences between scores each part shall make; the weights follow, and go before all others.

    Examples
    --------
    >>> question = Question(as_of=pd.Timestamp("2026-11-23"), persona=Persona.BANK)
    >>> question.terms.weights[Part.FINANCE] > question.terms.weights[Part.JOBS]
    True
    """

    as_of: pd.Timestamp
    price_year: int | None = None
    assume_capital_rial: int | None = None
    persona: Persona = Persona.PLANNER
    weights: Mapping[Part, float] | None = None
    priorities: tuple[str, ...] = ()
    influence: Mapping[Part, float] | None = None

    @property
    def usual(self) -> Question:
        """The same question in the planner's usual order."""
        return Question(self.as_of, self.price_year, self.assume_capital_rial)

    def judged_as(self, stated: Mapping[str, Any]) -> Question:
        """The same question under the day, price year and assumed capital that `stated` names."""
        day, capital = pd.Timestamp(stated["as_of"]), stated["assume_capital_rial"]
        return replace(self, as_of=day, price_year=stated["price_year"], assume_capital_rial=capital)

    @property
    def terms(self) -> Terms:
        """The choices that order units, as the engine takes them."""
        weights = PERSONA_WEIGHTS[self.persona] if self.weights is None else self.weights
        return Terms(
            weights=weights,
            priorities=self.priorities,
            price_year=self.price_year,
            top=TOP,
            influence=self.influence,
        )

    @property
    def document(self) -> dict[str, Any]:
        """The choices as canonical values; those of order only where they were made."""
        made: dict[str, Any] = {
            "as_of": self.as_of,
            "price_year": self.price_year,
            "assumed_capital_rial": self.assume_capital_rial,
        }
        if self.persona is not Persona.PLANNER:
            made["persona"] = self.persona.value
        if self.weights is not None:
            made["weights"] = {str(part): float(weight) for part, weight in self.weights.items()}
        if self.influence is not None:
            made["influence"] = {str(part): float(share) for part, share in self.influence.items()}
        if self.priorities:
            made["priorities"] = list(self.priorities)
        return made


def stated_choices(question: Question) -> dict[str, Any]:
    """The choices that figures rest on, as plain JSON; `Question.judged_as` takes them back."""
    return {
        "as_of": question.as_of.date().isoformat(),
        "price_year": question.price_year,
        "assume_capital_rial": question.assume_capital_rial,
    }


def read_weights(given: str, *, files: bool = False, option: str = "--weights") -> dict[Part, float]:
    """Read weights as they are written: ``feasibility=.5,jobs=.3``, or the path of a YAML, JSON or TOML file.

    Parameters
    ----------
    given
        The text; a file holds one number a part.
    files
        Whether a text without ``=`` names a file.
    option
        What was written so, for the errors: a wanted influence reads like weights.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a part that does not exist, ``value_unreadable`` for what is no weight (a number that is
        finite and not negative) or for weights that are all nil, ``file_not_found`` and ``file_unreadable``.

    Examples
    --------
    >>> read_weights("feasibility=.5, jobs=.25")
    {<Part.FEASIBILITY: 'feasibility'>: 0.5, <Part.JOBS: 'jobs'>: 0.25}
    """
    stated = _stated_in_file(given, option) if files and "=" not in given else _stated(given, option)
    weights = {_part(name, option): read_weight(value, name, option) for name, value in stated.items()}
    if not sum(weights.values()) > 0:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given, allowed=["> 0"])
    return weights


def read_persona(given: str) -> Persona:
    """The persona of that name.

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    if given not in set(Persona):
        raise EhyaError(
            ErrorCode.UNKNOWN_OPTION, option="--persona", given=given, allowed=[one.value for one in Persona]
        )
    return Persona(given)


def read_changes(given: Sequence[str]) -> dict[str, object]:
    """Read changed assumptions: ``loan_rate=0.18``, or a range ``tax_rate=0.1..0.25`` with its middle as the point.

    Raises
    ------
    EhyaError
        ``value_unreadable`` for what is no name and number, or a name that stands twice.

    Examples
    --------
    >>> read_changes(["loan_rate=0.18", "tax_rate=0.1..0.3"])
    {'loan_rate': 0.18, 'tax_rate': [0.1, 0.2, 0.3]}
    >>> read_changes(["loan_rate=۰٫۱۸"])
    {'loan_rate': 0.18}
    """
    read: dict[str, object] = {}
    for text in given:
        name, _, value = (part.strip() for part in text.partition("="))
        ends = [_number(end) for end in value.split("..")]
        if name in read or len(ends) > 2 or None in ends:
            raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="--assume", given=text, allowed=["loan_rate=0.18"])
        numbers = [end for end in ends if end is not None]
        read[name] = numbers[0] if len(numbers) == 1 else [numbers[0], sum(numbers) / 2, numbers[1]]
    return read


def _stated(given: str, option: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given.replace("،", ",").split(",") if pair.strip()]
    names = [name.strip() for name, _, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given, allowed=[f"{twice[0]}=…"])
    return {name.strip(): value.strip() for name, _, value in pairs}


def _stated_in_file(given: str, option: str) -> Mapping[str, Any]:
    path = Path(given)
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=given)
    try:
        stated = _READERS.get(path.suffix, yaml.safe_load)(path.read_text("utf-8-sig"))
    except (ValueError, yaml.YAMLError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=given, reason=str(error)) from error
    if not isinstance(stated, Mapping) or not stated:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=given, allowed=["feasibility: 0.5"])
    return stated


def _part(name: object, option: str) -> Part:
    if name not in set(Part):
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option=option, given=str(name), allowed=[one.value for one in Part])
    return Part(str(name))


def read_weight(value: object, name: str, option: str = "--weights") -> float:
    """Read one weight: a number that is finite and not negative, in the digits of either language.

    Parameters
    ----------
    value
        As it was given.
    name
        Part that it is of, for the error.
    option
        What was written so.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> read_weight("۳۰", "jobs")
    30.0
    """
    from engine.parsing.text import latin_digits

    try:
        weight = float(latin_digits(str(value)))
    except ValueError:
        weight = float("nan")
    if isinstance(value, bool) or not 0 <= weight < float("inf"):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=f"{option} {name}", given=str(value), allowed=[">= 0"])
    return weight


def _number(text: str) -> float | None:
    from engine.parsing.text import latin_digits

    try:
        return float(latin_digits(text).replace("٫", "."))
    except ValueError:
        return None
