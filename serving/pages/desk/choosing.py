"""Choices of the ranking as the address of a page holds them: weights, priorities, filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlencode

from engine.domain.persona import Persona
from engine.errors import EhyaError, ErrorCode
from engine.ranking.criteria import Part
from engine.ranking.score import PERSONA_WEIGHTS
from serving.desk.changes import Against
from serving.desk.question import Question, read_persona, read_weight

FILTERS = ("triage", "county", "sector")
WEIGHTS = "weights"
"""Name of the errors that concern all weights together."""


class Asked(Protocol):
    """What was asked: the query of an address."""

    def getlist(self, key: Any, /) -> Sequence[str]:
        """All values of a name."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choices of the ranking.

    Parameters
    ----------
    persona
        Whose weights these are where none are stated.
    stated
        Weights as they were typed, by part; none for those of the persona.
    by_influence
        Whether they say what each part shall decide, rather than what it weighs.
    priorities
        ISIC codes that the programme prefers.
    filters
        Filters by name, as `engine.ranking.select` takes them; only those that were chosen.
    against
        With which order the ranking is compared.
    start
        First row of the page, from 0.
    errors
        What cannot be taken, by the name of its field.
    """

    persona: Persona = Persona.PLANNER
    stated: Mapping[Part, str] = field(default_factory=dict)
    by_influence: bool = False
    priorities: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    against: Against = Against.USUAL
    start: int = 0
    errors: Mapping[str, EhyaError] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Asked) -> Chosen:
        """Read an address.

        Examples
        --------
        >>> from starlette.datastructures import QueryParams
        >>> found = Chosen.read(QueryParams("w_jobs=40&w_feasibility=60&triage=offer&priority=10"))
        >>> found.weights, found.filters, found.priorities
        ({<Part.FEASIBILITY: 'feasibility'>: 0.6, <Part.JOBS: 'jobs'>: 0.4}, {'triage': 'offer'}, ('10',))
        >>> list(Chosen.read(QueryParams("w_jobs=many")).errors)
        ['w_jobs']
        """

        def given(name: str) -> str:
            return next((text.strip() for text in reversed(query.getlist(name))), "")

        stated = {part: text for part in Part if (text := given(f"w_{part.value}"))}
        named = given("persona")
        priorities = dict.fromkeys(code.strip() for some in query.getlist("priority") for code in _pieces(some))
        against, start = given("against"), given("start")
        found = cls(
            stated=stated,
            by_influence=given("as") == "influence",
            priorities=tuple(code for code in priorities if code),
            filters={name: text for name in FILTERS if (text := given(name))},
            against=Against(against) if against in set(Against) else Against.USUAL,
            start=int(start) if start.isdecimal() and len(start) < _LONGEST else 0,
        )
        errors = _errors(stated)
        try:
            persona = read_persona(named) if named else Persona.PLANNER
        except EhyaError as error:
            persona, errors["persona"] = Persona.PLANNER, error
        return replace(found, persona=persona, errors=errors)

    @property
    def weights(self) -> dict[Part, float] | None:
        """A hundredth of the weights typed; ``None`` where they are the persona's, or cannot be taken."""
        if not self.stated or self.errors:
            return None
        given = {part: read_weight(text, part.value) / 100 for part, text in self.stated.items()}
        if not self.by_influence and _alike(given, self.usual):
            return None
        return given

    @property
    def usual(self) -> dict[Part, float]:
        """The persona's weights in percent."""
        return {part: 100 * PERSONA_WEIGHTS[self.persona].get(part, 0.0) for part in Part}

    @property
    def shown(self) -> dict[Part, str]:
        """What stands at each part: as it was typed, or the persona's."""
        usual = {part: f"{weight:.4g}" for part, weight in self.usual.items()}
        return {part: self.stated.get(part, "0") for part in Part} if self.stated else usual

    def question(self, usual: Question) -> Question:
        """The office's question under these choices.

        Parameters
        ----------
        usual
            The question of today.
        """
        weights = self.weights
        if self.by_influence:
            wanted = self.usual if weights is None else weights
            influence = None if self.errors else wanted
            return replace(usual, persona=self.persona, influence=influence, priorities=self.priorities)
        return replace(usual, persona=self.persona, weights=weights, priorities=self.priorities)

    @property
    def wishes(self) -> dict[str, Any]:
        """The filters."""
        return dict(self.filters)

    @property
    def order(self) -> list[tuple[str, str]]:
        """Names and values in an address of what decides the order; only what was chosen."""
        pairs = [("persona", self.persona.value)] if self.persona is not Persona.PLANNER else []
        pairs += [(f"w_{part.value}", text) for part, text in self.stated.items()]
        pairs += [("as", "influence")] if self.by_influence else []
        return pairs + [("priority", code) for code in self.priorities]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The same with filters and what it is compared with; the row at which a page begins is left out."""
        against = [("against", self.against.value)] if self.against is not Against.USUAL else []
        return [*self.order, *self.filters.items(), *against]

    def address(self, path: str, start: int = 0, **other: str) -> str:
        """Address of a page under these choices.

        Examples
        --------
        >>> Chosen(filters={"county": "Khoy"}, priorities=("10", "13")).address("/desk/ranking", 25)
        '/desk/ranking?priority=10&priority=13&county=Khoy&start=25'
        """
        pairs = [*self.pairs, *other.items(), *([("start", str(start))] if start else [])]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def of(self, persona: Persona) -> Chosen:
        """The same choices with a persona's weights in place of those typed."""
        return replace(self, persona=persona, stated={}, start=0)

    def usual_order(self) -> Chosen:
        """What is shown where something cannot be taken: all units in the usual order; what was typed still stands."""
        return Chosen(against=self.against)


_LONGEST = 9  # digits of a row that anybody can ask for


def _pieces(given: str) -> list[str]:
    return given.replace("،", ",").split(",")


def _alike(one: Mapping[Part, float], other: Mapping[Part, float]) -> bool:
    """Whether two sets of weights are the same up to their sum."""
    sums = sum(one.values()), sum(other.values())
    if not all(sums):
        return False
    return all(abs(one.get(part, 0.0) / sums[0] - other.get(part, 0.0) / sums[1]) < _SAME for part in Part)


_SAME = 1e-9


def _errors(stated: Mapping[Part, str]) -> dict[str, EhyaError]:
    errors: dict[str, EhyaError] = {}
    total = 0.0
    for part, text in stated.items():
        try:
            total += read_weight(text, part.value, "")
        except EhyaError as error:
            errors[f"w_{part.value}"] = error
    if stated and not errors and not total > 0:
        errors[WEIGHTS] = EhyaError(ErrorCode.VALUE_UNREADABLE, option=WEIGHTS, given="0", allowed=["> 0"])
    return errors
