"""From whose point of view units are judged."""

from __future__ import annotations

from engine.codes import Code


class Persona(Code):
    """From whose point of view units are put in order and money is counted."""

    PLANNER = "planner"
    BANK = "bank"
    GOVERNOR = "governor"
    INVESTOR = "investor"
