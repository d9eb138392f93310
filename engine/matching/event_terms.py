"""Terms of an event's lists: how unlike the units on a list are, how often one is shown, what goes by lot."""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.domain.allowed import allowed_by
from engine.errors import EhyaError, ErrorCode

DIVERSITY = 0.15
"""Weight of unlikeness beside fit (assumed)."""
MOST_SHARE = 0.25
"""Share of an event's lists that a unit is on at most (assumed)."""
LEAST_NDCG = 0.95
"""Quality that a list keeps whatever else is asked of it: what its fits are worth, against its own best (assumed)."""


class EventTerms(BaseModel):
    """Terms of the lists of an event. The quality is kept first, then the most, then the least, then unlikeness.

    Examples
    --------
    >>> EventTerms.read({"most_share": 0.5}).cap(7), EventTerms().least
    (4, 1)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    diversity: float = Field(DIVERSITY, ge=0, lt=1, description="weight of unlikeness beside fit, 0..1")
    most_share: float = Field(MOST_SHARE, gt=0, le=1, description="share of all lists that a unit is on at most")
    least: int = Field(1, ge=0, le=1000, description="lists that a unit is on at least, where somebody may see it")
    least_ndcg: float = Field(LEAST_NDCG, ge=0.5, le=1, description="quality that each list keeps, 0.5..1")
    explore: int = Field(0, ge=0, le=10, description="places of each list that go by lot")
    seed: int = Field(0, ge=0, lt=2**32, description="same seed, same lots")

    @classmethod
    def read(cls, stated: object) -> EventTerms:
        """Check a mapping.

        Raises
        ------
        EhyaError
            ``event_term_refused`` with what was given and what is allowed.
        """
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = str(first["loc"][0]) if first["loc"] else "terms"
            unknown = first["type"] == "extra_forbidden"
            allowed: Any = list(cls.model_fields) if unknown else allowed_by(first)
            given = key if unknown else first["input"]
            raise EhyaError(ErrorCode.EVENT_TERM_REFUSED, key=key, given=given, allowed=allowed) from error

    def cap(self, lists: int) -> int:
        """Lists that a unit is on at most, of so many; at least one."""
        return max(1, int(-(-self.most_share * lists // 1)))

    @property
    def digest(self) -> str:
        """Hash of all terms."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
