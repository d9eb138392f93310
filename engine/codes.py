"""Stable codes: what the engine says, before anybody has chosen a language."""

from __future__ import annotations

import re
from enum import StrEnum


class Code(StrEnum):
    """A word of the engine's own vocabulary.

    The engine emits codes and numbers only. Every member has a Persian and an English text under the key
    ``family.value`` in ``serving/i18n``; a test walks all subclasses and fails when one is missing.

    Examples
    --------
    >>> class StopReason(Code):
    ...     POWER_CUT = "power_cut"
    >>> StopReason.POWER_CUT.key
    'stop_reason.power_cut'
    """

    @classmethod
    def family(cls) -> str:
        """Name of the family: the class name in snake case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @property
    def key(self) -> str:
        """Key of the text in ``serving/i18n``."""
        return f"{self.family()}.{self.value}"
