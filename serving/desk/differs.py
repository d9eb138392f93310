"""What is not as it was when lists were made."""

from __future__ import annotations

from engine.codes import Code


class Differs(Code):
    """What is not as it was when lists were made."""

    METHOD = "method"
    MODEL = "model"
    UNITS = "units"
    LISTS = "lists"
